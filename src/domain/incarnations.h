#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"

namespace firstcome {

/// Which history of the data each place of the journal belongs to. Data that was restored from a backup, or
/// copied, gives the same offsets to other requests; a number drawn at random tells the two apart. Each entry
/// holds from its first offsets on, until the next one begins. Immutable while others read it.
class Incarnations {
 public:
  using Id = std::uint64_t;

  /// By the system's random numbers; never 0.
  static Id draw();

  /// From here on: `next_offsets`, by partition, are where the journal ends. Entries in whose range nothing
  /// was recorded are dropped, so the list grows by one at each start that recorded something.
  void begin(Id id, Era era, std::vector<Offset> next_offsets);
  /// Whose the place is; 0 before the first entry.
  [[nodiscard]] Id at(Era era, Partition partition, Offset offset) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// One entry after the other: "id:era:offset,offset,…;"; id in hexadecimal.
  [[nodiscard]] std::string text() const;
  /// Nothing when text() does not write that.
  static std::optional<Incarnations> parse(std::string_view text);

  bool operator==(const Incarnations&) const = default;

 private:
  struct Entry {
    Id id = 0;
    Era era = 1;
    std::vector<Offset> first_offsets;  ///< by partition; of one added later: 0
    bool operator==(const Entry&) const = default;
    [[nodiscard]] bool holds(Era of, Partition partition, Offset offset) const;
  };
  std::vector<Entry> entries_;  ///< in the order they began
};

}  // namespace firstcome
