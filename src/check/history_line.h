#pragma once

#include <optional>
#include <string>

#include "check/history_reader.h"

namespace simdjson::dom {
class element;
}

namespace firstcome::check {

/// Why a line is no row; caught where the line's number is known.
struct BadLine {
  std::string what;
};

/// Reads rows from parsed lines. Remembers the era of the first ticket: places of two eras have no order.
class LineReader {
 public:
  /// Throws BadLine.
  HistoryRow row(const simdjson::dom::element& line);
  /// Fills in what the head says; false when the line is none.
  static bool head(const simdjson::dom::element& line, History& history);

 private:
  struct Line;
  void place(const Line& line, HistoryRow& row);
  std::optional<Era> era_;
};

}  // namespace firstcome::check
