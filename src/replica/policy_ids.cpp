#include "replica/policy_ids.h"

#include "domain/check.h"

namespace firstcome::replica {
namespace {

constexpr std::size_t kFirstSize = 64;  // a power of two

}  // namespace

std::atomic<std::int64_t>& PolicyIds::Table::word_of(std::int64_t id) const {
  for (std::size_t i = IdHash{}(PolicyId{id}) & mask;; i = (i + 1) & mask) {
    const std::int64_t word = words[i].load(std::memory_order_relaxed);
    if (word == 0 || word == id || word == -id) return words[i];
  }
}

PolicyIds::PolicyIds() {
  tables_.push_back(std::make_unique<const Table>(kFirstSize));
  table_ = tables_.back().get();
}

PolicyIds::Known PolicyIds::find(PolicyId policy) const {
  const Table* table = table_.load(std::memory_order_acquire);
  const std::int64_t word = table->word_of(policy.value).load(std::memory_order_acquire);
  if (word == policy.value) return Known::InMemory;
  // Otherwise the word is free, or another id has taken it since word_of() found it free.
  return word == -policy.value ? Known::IdOnly : Known::No;
}

void PolicyIds::set(PolicyId policy, Known known) {
  CHECK(policy.valid() && known != Known::No);
  std::atomic<std::int64_t>* entry = &tables_.back()->word_of(policy.value);
  const std::int64_t before = entry->load(std::memory_order_relaxed);
  if (before == 0) {
    if (taken_ >= (tables_.back()->mask + 1) / 4 * 3) {
      grow();
      entry = &tables_.back()->word_of(policy.value);
    }
    ++taken_;
  }
  if (before < 0) --id_only_;
  if (known == Known::IdOnly) ++id_only_;
  entry->store(known == Known::IdOnly ? -policy.value : policy.value, std::memory_order_release);
}

void PolicyIds::grow() {
  const Table& old = *tables_.back();
  auto larger = std::make_unique<const Table>(2 * (old.mask + 1));
  for (std::size_t i = 0; i <= old.mask; ++i) {
    const std::int64_t word = old.words[i].load(std::memory_order_relaxed);
    if (word != 0) larger->word_of(word > 0 ? word : -word).store(word, std::memory_order_relaxed);
  }
  tables_.push_back(std::move(larger));
  table_.store(tables_.back().get(), std::memory_order_release);
}

}  // namespace firstcome::replica
