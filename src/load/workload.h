#pragma once

#include <cstddef>
#include <cstdint>

#include "load/plan.h"
#include "load/share.h"

namespace firstcome::load {

/// One press of the button.
struct Press {
  enum class Fate : std::uint8_t {
    Whole,
    CutWhileSending,    ///< half of the request, then the connection ends
    CutWhileAnswering,  ///< the whole request, then the connection is reset as the answer comes
  };
  std::uint16_t policy = 0;  ///< index into Plan::policies
  UserId user;
  bool fixed = false;  ///< to the fixed answer instead
  Fate fate = Fate::Whole;
};

/// Who presses next, for one thread of the generator. The users are dealt to the threads, so that no two know
/// of each other.
class Workload {
 public:
  Workload(const Plan& plan, int thread);
  Press next();

 private:
  void next_subject();

  const std::int64_t users_;
  const std::int64_t first_user_;
  const std::int64_t thread_;
  const std::int64_t threads_;
  const std::size_t policies_;
  std::int64_t place_ = 0;  ///< of the user, in this thread's row
  std::size_t policy_ = 0;
  bool again_ = false;  ///< the same user and policy once more
  bool begun_ = false;
  Share twice_;
  Share break_off_;
  Share fixed_;
  bool cut_answer_ = false;  ///< the two ways to break off take turns
};

}  // namespace firstcome::load
