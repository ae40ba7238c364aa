#pragma once

#include <cstddef>
#include <deque>
#include <map>

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
    line.push_back(item);
  }
  /// Not for an empty queue.
  Item next() {
    const PeerAddress client = order_.front();
    order_.pop_front();
    const auto line = lines_.find(client);
    const Item item = line->second.front();
    line->second.pop_front();
    if (line->second.empty()) {
      lines_.erase(line);
    } else {
      order_.push_back(client);
    }
    return item;
  }
  [[nodiscard]] bool empty() const { return order_.empty(); }

 private:
  std::map<PeerAddress, std::deque<Item>> lines_;  ///< none is empty
  std::deque<PeerAddress> order_;                  ///< every address in lines_ once
};

}  // namespace firstcome::net
