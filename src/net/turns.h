#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "net/peer_address.h"

namespace firstcome::net {

/// Items that wait for a turn. Each client gets one turn after the other, in the order in which the clients came, however
/// many items it has. Keeps its memory, so that it allocates only when it becomes longer. One thread.
template <class Item>
class Turns {
 public:
  void add(const PeerAddress& address, Item item) {
    Line& line = line_of(address.prefix());
    const std::size_t at = keep(std::move(item));
    if (line.size++ == 0) {
      line.first = at;
      append(line);
    } else {
      items_[line.last].next = at;
    }
    line.last = at;
    ++size_;
  }
  /// Not for an empty queue.
  Item next() {
    Line& line = *front_;
    front_ = line.next;
    const std::size_t at = line.first;
    Item item = std::move(items_[at].item);
    line.first = std::exchange(items_[at].next, free_);
    free_ = at;
    --size_;
    if (--line.size > 0) {
      append(line);
    } else {
      unused_.push_back(lines_.extract(line.client));
    }
    return item;
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Items of this client.
  [[nodiscard]] std::size_t size(const PeerAddress& address) const {
    const auto line = lines_.find(address.prefix());
    return line == lines_.end() ? 0 : line->second.size;
  }
  void clear() { *this = Turns{}; }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  /// The items of a client, a list through items_; and the next client.
  struct Line {
    PeerAddress client;
    std::size_t first = kNone;
    std::size_t last = kNone;
    std::size_t size = 0;
    Line* next = nullptr;
  };
  struct Waiting {
    Item item;
    std::size_t next;  ///< in its line, or of the unused ones
  };
  using Lines = std::map<PeerAddress, Line>;

  Line& line_of(const PeerAddress& client) {
    const auto found = lines_.find(client);
    if (found != lines_.end()) return found->second;
    if (unused_.empty()) return lines_.emplace(client, Line{.client = client}).first->second;
    auto node = std::move(unused_.back());
    unused_.pop_back();
    node.key() = client;
    node.mapped() = Line{.client = client};
    return lines_.insert(std::move(node)).position->second;
  }
  std::size_t keep(Item item) {
    if (free_ == kNone) {
      items_.push_back({std::move(item), kNone});
      return items_.size() - 1;
    }
    const std::size_t at = free_;
    free_ = items_[at].next;
    items_[at] = {std::move(item), kNone};
    return at;
  }
  void append(Line& line) {
    line.next = nullptr;
    if (front_ == nullptr) {
      front_ = &line;
    } else {
      back_->next = &line;
    }
    back_ = &line;
  }

  Lines lines_;  ///< none is empty
  std::vector<typename Lines::node_type> unused_;
  Line* front_ = nullptr;  ///< the client with the next turn
  Line* back_ = nullptr;
  std::vector<Waiting> items_;
  std::size_t free_ = kNone;  ///< the first unused one of items_
  std::size_t size_ = 0;      ///< of all lines
};

}  // namespace firstcome::net
