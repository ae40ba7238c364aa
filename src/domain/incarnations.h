#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"

namespace firstcome {

/// The history of the data to which a place of the journal belongs.
struct History {
  Era era = 1;
  std::uint64_t incarnation = 0;
  bool operator==(const History&) const = default;
};

/// The history of the data to which each place of the journal belongs. After a restore from a backup, or in a copy,
/// the same offsets have other requests; a random number distinguishes the histories. Each entry is valid from its
/// first offsets to those of the next entry. Immutable while other threads read it.
class Incarnations {
 public:
  using Id = std::uint64_t;

  /// Random, from the operating system; never 0.
  static Id draw();

  /// Adds an entry from `next_offsets` on, the ends of the journal by partition. Drops entries without records in
  /// their range, so the list grows by one for each start after which something was recorded.
  void begin(Id id, Era era, std::vector<Offset> next_offsets);
  /// The incarnation of the place; 0 before the first entry.
  [[nodiscard]] Id at(Era era, Partition partition, Offset offset) const;
  [[nodiscard]] History history_at(Era era, Partition partition, Offset offset) const {
    return {era, at(era, partition, offset)};
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// "id:era:offset,offset,…;" for each entry, with the id in hexadecimal.
  [[nodiscard]] std::string text() const;
  /// Nothing for a text that text() does not write.
  static std::optional<Incarnations> parse(std::string_view text);

  bool operator==(const Incarnations&) const = default;

 private:
  struct Entry {
    Id id = 0;
    Era era = 1;
    std::vector<Offset> first_offsets;  ///< by partition; 0 for partitions that were added later
    bool operator==(const Entry&) const = default;
    [[nodiscard]] bool holds(Era of, Partition partition, Offset offset) const;
  };
  std::vector<Entry> entries_;  ///< in the order of their beginnings
};

}  // namespace firstcome
