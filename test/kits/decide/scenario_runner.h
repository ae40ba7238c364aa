#pragma once

#include <string>
#include <string_view>

#include "decide/decider.h"

namespace firstcome::decide {

/// Runs a scenario against a decider, for tests. Each line is one record; the expected result follows the
/// arrow. The offset of a record is its index among the records:
///
///     create 7 max 2 [name X] [from T] [until T] [limit N] [importing] [listed] [imported] -> ACCEPTED
///         and for both: [validfrom T] [validuntil T] [validfor MS] [keep|return] [reissue|noreissue]
///     change 7 [max N] [name X] [from T|never] [until T|never] [if R]         -> ACCEPTED
///     pause 7 [if R] | resume 7 [if R] | close 7 [if R]                       -> ACCEPTED
///     import 7 first 1 users 3@1000,4@1000 [total 3@1000,4@1000 [paused]]     -> ACCEPTED
///     list 7 first 1 users 3,4                                                -> ACCEPTED
///     codes 7 first 1 codes A1,B2                                             -> ACCEPTED
///     user 42 wants 7 [ordinal N] [from P:O]                                  -> SUCCESS 1
///     use 7 1 by order-17 [user 42]        (policy, sequence; also release, restore, cancel) -> ACCEPTED 1
///     reserve 7 1 by order-17 [for MS] [user 42]                              -> ACCEPTED 1
///     rules N                                                                 -> RULES
///     garbage                                                                 -> INVALID
///     clock T
///     sender clock T
///
/// `if R` is the revision that the command is for; the default is the current revision of the policy. `total`
/// lists the coupons of the whole import. `from P:O` on a request is an origin header. `clock` sets the
/// append time of the following records, in ms; `sender clock` sets it too, as CreateTime. These two are not
/// records and have no result.
class ScenarioRunner {
 public:
  explicit ScenarioRunner(Decider& decider) : decider_(decider) {}
  /// Empty if every line returned its expected result; else the first line that did not, with its result.
  std::string run(std::string_view text);

 private:
  std::string run_line(const std::string& line);
  void fill_in_revision(PolicyCommand& command) const;

  Decider& decider_;
  Offset next_offset_ = 0;
  Timestamp clock_{milliseconds{1000}};
  bool log_append_time_ = true;
};

}  // namespace firstcome::decide
