#include "decide/imported_codes.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <utility>

#include "decide/growing_slots.h"
#include "domain/check.h"
#include "domain/policy.h"

namespace firstcome::decide {
namespace {

using namespace growing_slots;

constexpr std::size_t kFirstBlock = 1024;
constexpr std::size_t kBlockBits = 16;
constexpr std::size_t kLargestBlock = std::size_t{1} << kBlockBits;
constexpr std::size_t block_size(std::size_t block) {
  return block < 6 ? std::min(kFirstBlock << block, kLargestBlock) : kLargestBlock;
}

constexpr std::size_t kCodeParts = 2'048;
/// From this number of codes on, there are kCodeParts parts.
constexpr std::size_t kSpreadCodesFrom = 65'536;
constexpr int kSequenceBits = 26;
constexpr std::uint32_t kSequenceMask = (std::uint32_t{1} << kSequenceBits) - 1;
static_assert(kImportedCodesMost <= kSequenceMask);
// All blocks have a number, also if each of them ends with a code that did not fit any more.
static_assert(static_cast<std::uint64_t>(kImportedCodesMost) * (kImportedCodeLimit + 1) /
                  (kLargestBlock - kImportedCodeLimit) <
              (std::uint64_t{1} << (32 - kBlockBits)) - 8);

/// growing_slots and the part use other bits of the hash.
std::uint32_t slot_of(std::uint64_t hash, std::int64_t sequence) {
  return (static_cast<std::uint32_t>(hash >> 11) & ~kSequenceMask) | static_cast<std::uint32_t>(sequence);
}
std::int64_t sequence_of(std::uint32_t slot) { return slot & kSequenceMask; }

/// Keyed as IdHash is.
std::uint64_t hash_of_text(std::string_view code) {
  std::uint64_t hash = code.size();
  for (std::size_t at = 0; at < code.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, code.data() + at, std::min(sizeof word, code.size() - at));
    hash = IdHash{}(PolicyId{static_cast<std::int64_t>(std::rotl(hash, 29) ^ word)});
  }
  return hash;
}

}  // namespace

ImportedCodes::ImportedCodes(std::size_t expected) : parts_(expected >= kSpreadCodesFrom ? kCodeParts : 1) {
  if (expected == 0) return;
  for (Part& part : parts_) resize(part, slots_for(expected / parts_.size()));
}

std::optional<std::int64_t> ImportedCodes::find(std::string_view code) const {
  const std::uint64_t hash = hash_of_text(code);
  const std::shared_lock lock(mutex_);
  const Part& part = part_of(hash);
  const Slot slot = part.capacity == 0 ? 0 : part.slots[find(part, hash, code)];
  return slot == 0 ? std::nullopt : std::optional(sequence_of(slot));
}

std::string_view ImportedCodes::code_of(std::int64_t sequence) const {
  const std::shared_lock lock(mutex_);
  return text_of(sequence);
}

std::int64_t ImportedCodes::size() const {
  const std::shared_lock lock(mutex_);
  return size_;
}

bool ImportedCodes::load(std::int64_t sequence, std::string_view code) {
  CHECK(sequence >= 1 && sequence <= kImportedCodesMost && code.size() <= kImportedCodeLimit);
  const std::uint64_t hash = hash_of_text(code);
  const Part& part = part_of(hash);
  if (part.capacity > 0 && part.slots[find(part, hash, code)] != 0) return false;
  if (!text_of(sequence).empty()) return false;
  const std::unique_lock lock(mutex_);
  places_.at(static_cast<std::size_t>(sequence - 1)) = store(code);
  insert(hash, sequence);
  if (++size_ == kSpreadCodesFrom && parts_.size() == 1) spread();
  return true;
}

/// The slot of the code, or the free slot for it. There is always a free one.
std::size_t ImportedCodes::find(const Part& part, std::uint64_t hash, std::string_view code) const {
  std::size_t slot = home_of(hash, part.capacity);
  while (part.slots[slot] != 0) {
    const Slot taken = part.slots[slot];
    if (taken == slot_of(hash, sequence_of(taken)) && text_of(sequence_of(taken)) == code) break;
    slot = next(slot, part.capacity);
  }
  return slot;
}

std::string_view ImportedCodes::text_of(std::int64_t sequence) const {
  const Place* place = sequence < 1 ? nullptr : places_.find(static_cast<std::size_t>(sequence - 1));
  if (place == nullptr || *place == 0) return {};
  const char* text = blocks_[*place >> kBlockBits].get() + (*place & (kLargestBlock - 1));
  return {text + 1, static_cast<std::size_t>(*text)};
}

ImportedCodes::Place ImportedCodes::store(std::string_view code) {
  const bool fits = !blocks_.empty() && block_taken_ + 1 + code.size() <= block_size(blocks_.size() - 1);
  if (!fits) {
    block_taken_ = blocks_.empty() ? 1 : 0;  // no text has place 0
    blocks_.emplace_back(new char[block_size(blocks_.size())]);
  }
  char* text = blocks_.back().get() + block_taken_;
  const auto place = static_cast<Place>((blocks_.size() - 1) << kBlockBits | block_taken_);
  *text = static_cast<char>(code.size());
  std::ranges::copy(code, text + 1);
  block_taken_ += 1 + code.size();
  return place;
}

/// The code is not in the index.
void ImportedCodes::insert(std::uint64_t hash, std::int64_t sequence) {
  Part& part = part_of(hash);
  if (is_full(part.taken + 1, part.capacity)) resize(part, grown(part.capacity));
  std::size_t slot = home_of(hash, part.capacity);
  while (part.slots[slot] != 0) slot = next(slot, part.capacity);
  part.slots[slot] = slot_of(hash, sequence);
  ++part.taken;
}

void ImportedCodes::resize(Part& part, std::size_t capacity) {
  const Part old = std::exchange(part, Part{std::make_unique<Slot[]>(capacity), capacity, 0});
  for (std::size_t i = 0; i < old.capacity; ++i) {
    if (old.slots[i] == 0) continue;
    const std::int64_t sequence = sequence_of(old.slots[i]);
    std::size_t slot = home_of(hash_of_text(text_of(sequence)), capacity);
    while (part.slots[slot] != 0) slot = next(slot, capacity);
    part.slots[slot] = old.slots[i];
    ++part.taken;
  }
}

void ImportedCodes::spread() {
  const Part all = std::move(parts_.front());
  parts_ = std::vector<Part>(kCodeParts);
  for (Part& part : parts_) resize(part, slots_for(all.taken / kCodeParts));
  for (std::size_t i = 0; i < all.capacity; ++i) {
    if (all.slots[i] == 0) continue;
    const std::int64_t sequence = sequence_of(all.slots[i]);
    insert(hash_of_text(text_of(sequence)), sequence);
  }
}

}  // namespace firstcome::decide
