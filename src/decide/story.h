#pragma once

#include <string>
#include <string_view>

#include "decide/decider.h"

namespace firstcome::decide {

/// Runs a story against a decider, for tests. One record a line, the expected outcome behind the arrow;
/// the record's offset is the line's number among the records:
///
///     create 7 max 2 [from T] [until T]   -> ACCEPTED
///     change 7 [max N] [name X] [from T|never] [until T|never] [if R]  -> ACCEPTED
///     pause 7 [if R] | resume 7 [if R] | close 7 [if R]                -> ACCEPTED   (without if: the
///     revision it has) create 7 max 9 importing    -> ACCEPTED import 7 first 1 users 3@1000,4@1000 [total
///     3@1000,4@1000 [paused]]   -> ACCEPTED   (total: of the whole import) user 42 wants 7 [ordinal N] [from
///     P:O]          -> SUCCESS 1        (from: an origin header) rules N | garbage                   ->
///     RULES | INVALID clock T (later records are stamped T ms; no outcome) sender clock T (the same, by
///     senders instead of the log)
class Story {
 public:
  explicit Story(Decider& decider) : decider_(decider) {}
  /// Empty when every line came out as it says; else the first line that did not, and how.
  std::string tell(std::string_view text);

 private:
  std::string tell_line(const std::string& line);
  void fill_in_revision(PolicyCommand& command) const;

  Decider& decider_;
  Offset next_offset_ = 0;
  Timestamp clock_{milliseconds{1000}};
  bool log_append_time_ = true;
};

}  // namespace firstcome::decide
