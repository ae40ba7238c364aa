#include "domain/incarnations.h"

#include <fmt/ranges.h>

#include <charconv>
#include <random>

namespace firstcome {
namespace {

/// Removes a number and the `end` behind it from the front of `text`.
template <class Number>
bool take(std::string_view& text, char end, Number& number, int base = 10) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || rest == text.data() + text.size() || *rest != end) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return true;
}

}  // namespace

Incarnations::Id Incarnations::draw() {
  std::random_device random;  // from the operating system
  Id id = 0;
  while (id == 0) id = Id{random()} << 32 | random();
  return id;
}

bool Incarnations::Entry::holds(Era of, Partition partition, Offset offset) const {
  if (era != of) return era < of;
  const auto index = static_cast<std::size_t>(partition);
  return partition >= 0 && (index >= first_offsets.size() || first_offsets[index] <= offset);
}

void Incarnations::begin(Id id, Era era, std::vector<Offset> next_offsets) {
  Entry next{id, era, std::move(next_offsets)};
  while (!entries_.empty() && entries_.back().era == era &&
         entries_.back().first_offsets == next.first_offsets) {
    entries_.pop_back();
  }
  entries_.push_back(std::move(next));
}

Incarnations::Id Incarnations::at(Era era, Partition partition, Offset offset) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->holds(era, partition, offset)) return entry->id;
  }
  return 0;
}

std::string Incarnations::text() const {
  std::string text;
  for (const Entry& entry : entries_) {
    text += fmt::format("{:016x}:{}:{};", entry.id, entry.era, fmt::join(entry.first_offsets, ","));
  }
  return text;
}

std::optional<Incarnations> Incarnations::parse(std::string_view text) {
  Incarnations parsed;
  while (!text.empty()) {
    Entry entry;
    if (!take(text, ':', entry.id, 16) || !take(text, ':', entry.era)) return std::nullopt;
    for (bool more = true; more;) {
      Offset& offset = entry.first_offsets.emplace_back();
      std::string_view last = text;
      more = take(text, ',', offset);
      if (!more && !take(last, ';', offset)) return std::nullopt;
      if (!more) text = last;
    }
    parsed.entries_.push_back(std::move(entry));
  }
  return parsed;
}

}  // namespace firstcome
