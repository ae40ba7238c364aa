#pragma once

#include <optional>
#include <string>

#include "check/history_reader.h"

namespace simdjson::dom {
class element;
}

namespace firstcome::check {

/// Why a line cannot be read. The caller adds the number of the line.
struct BadLine {
  std::string what;
};

/// Makes rows of parsed lines. Keeps the era of the first ticket, because places of two eras have no order.
class LineReader {
 public:
  /// Throws BadLine. Adds the reference of a command of a coupon to `references`.
  HistoryRow row(const simdjson::dom::element& line, std::vector<std::string>& references);
  /// Reads the head of the file. False if the line is not a head.
  static bool head(const simdjson::dom::element& line, History& history);

 private:
  struct Line;
  void read_place(const Line& line, HistoryRow& row);
  std::optional<Era> era_;
};

}  // namespace firstcome::check
