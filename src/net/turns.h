#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "net/peer_address.h"

namespace firstcome::net {

/// Items that wait for a turn. Each address gets one turn after the other, in the order in which the addresses came,
/// however many items it has. One thread.
template <class Item>
class Turns {
 public:
  void add(const PeerAddress& address, Item item) {
    const PeerAddress client = address.prefix();
    std::deque<Item>& line = lines_[client];
    if (line.empty()) order_.push_back(client);
    line.push_back(std::move(item));
    ++size_;
  }
  /// Not for an empty queue.
  Item next() {
    const PeerAddress client = order_.front();
    order_.pop_front();
    const auto line = lines_.find(client);
    Item item = std::move(line->second.front());
    line->second.pop_front();
    --size_;
    if (line->second.empty()) {
      lines_.erase(line);
    } else {
      order_.push_back(client);
    }
    return item;
  }
  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Items of this address.
  [[nodiscard]] std::size_t size(const PeerAddress& address) const {
    const auto line = lines_.find(address.prefix());
    return line == lines_.end() ? 0 : line->second.size();
  }
  void clear() {
    lines_.clear();
    order_.clear();
    size_ = 0;
  }

 private:
  std::map<PeerAddress, std::deque<Item>> lines_;  ///< none is empty
  std::deque<PeerAddress> order_;                  ///< every address in lines_ once
  std::size_t size_ = 0;                           ///< of all lines
};

}  // namespace firstcome::net
