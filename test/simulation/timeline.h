#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "domain/time.h"

namespace firstcome::simulation {

/// Virtual time and the planned events. Events at the same time run in the order in which they were planned.
class Timeline {
 public:
  explicit Timeline(Timestamp begin) : begin_(begin), now_(begin) {}

  [[nodiscard]] Timestamp now() const { return now_; }
  [[nodiscard]] milliseconds since_begin() const { return now_ - begin_; }
  void after(milliseconds delay, std::function<void()> what) {
    planned_.push({now_ + delay, count_++, std::move(what)});
  }
  [[nodiscard]] std::optional<Timestamp> next() const {
    if (planned_.empty()) return std::nullopt;
    return planned_.top().at;
  }
  void move_to(Timestamp time) { now_ = time; }
  void run_next() {
    const auto what = std::move(const_cast<Planned&>(planned_.top()).what);
    planned_.pop();
    what();
  }

 private:
  struct Planned {
    Timestamp at;
    std::uint64_t number = 0;
    std::function<void()> what;
    bool operator>(const Planned& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  Timestamp begin_;
  Timestamp now_;
  std::uint64_t count_ = 0;
  std::priority_queue<Planned, std::vector<Planned>, std::greater<>> planned_;
};

}  // namespace firstcome::simulation
