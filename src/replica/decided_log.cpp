#include "replica/decided_log.h"

#include <algorithm>
#include <map>
#include <utility>

#include "domain/check.h"

namespace firstcome::replica {
namespace {

std::uint64_t hash_in(const Chunk& chunk, Offset offset) {
  if (offset == chunk.first) return chunk.hash_before;
  return chunk.hashes[static_cast<std::size_t>(offset - chunk.first - 1)];
}

std::size_t relay_bytes_of(const Chunk& chunk) {
  std::size_t bytes = 0;
  for (const Relay& relay : chunk.relays) {
    bytes += sizeof(Relay);
    if (!relay.bytes) continue;
    const RelayedBytes& more = *relay.bytes;
    bytes += (more.key ? more.key->size() : 0) + (more.value ? more.value->size() : 0);
    for (const auto& [name, value] : more.headers) bytes += name.size() + (value ? value->size() : 0);
  }
  return bytes;
}

/// The first row at or after `from`. Rows are in offset order.
template <class Rows>
auto first_from(const Rows& rows, Offset from) {
  return std::partition_point(rows.begin(), rows.end(), [&](const auto& row) { return row.offset < from; });
}

/// Where the after-images are in a batch.
struct Images {
  IdMap<PolicyId, std::size_t> policies;
  std::map<std::pair<PolicyId, std::int64_t>, std::size_t> lives;  ///< by policy and sequence
};

/// Adds a row, or replaces the row of an earlier chunk.
template <class Row, class Key, class Index>
void add_image(const Row& row, const Key& key, Index& index, std::vector<Row>& rows) {
  const auto [image, fresh] = index.try_emplace(key, rows.size());
  if (fresh) {
    rows.push_back(row);
  } else {
    rows[image->second] = row;
  }
}

/// Adds the decisions of `chunk` from `from` on. After-images replace those of earlier chunks.
void add_chunk(const Chunk& chunk, Offset from, store::Batch& batch, Images& images) {
  batch.codes.insert(batch.codes.end(), chunk.codes.begin() + (from - chunk.first), chunk.codes.end());
  batch.coupons.insert(batch.coupons.end(), first_from(chunk.coupons, from), chunk.coupons.end());
  batch.changes.insert(batch.changes.end(), first_from(chunk.changes, from), chunk.changes.end());
  batch.coupon_changes.insert(batch.coupon_changes.end(), first_from(chunk.coupon_changes, from),
                              chunk.coupon_changes.end());
  batch.listed.insert(batch.listed.end(), first_from(chunk.listed, from), chunk.listed.end());
  batch.imported_codes.insert(batch.imported_codes.end(), first_from(chunk.imported_codes, from),
                              chunk.imported_codes.end());
  batch.traces.insert(batch.traces.end(), first_from(chunk.traces, from), chunk.traces.end());
  for (const Policy& policy : chunk.policies) add_image(policy, policy.id, images.policies, batch.policies);
  for (const CouponLife& life : chunk.lives) {
    add_image(life, std::pair{life.policy, life.sequence}, images.lives, batch.lives);
  }
  batch.after.next_offset = chunk.end();
  batch.after.state = chunk.state;
  batch.after.checksum = chunk.checksum;
}

}  // namespace

DecidedLog::DecidedLog(Partition partition, std::size_t ring_size)
    : partition_(partition), ring_size_(ring_size) {}

void DecidedLog::reset(const store::Position& position) {
  std::deque<std::shared_ptr<const Chunk>> freed;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  loaded_ = true;
  ++life_;
  begin_ = position.next_offset;
  hash_at_begin_ = position.state.state_hash;
  saved_ = position.next_offset;
  era_ = position.era;
  freed.swap(chunks_);
  relay_bytes_ = 0;
  coupons_ = 0;
  ring_.clear();
  ring_begin_ = begin_;
  seen_.clear();
}

void DecidedLog::append(std::shared_ptr<const Chunk> chunk) {
  const std::lock_guard lock(mutex_);
  CHECK(loaded_ && chunk->first == end_locked() && !chunk->codes.empty());
  ring_.insert(ring_.end(), chunk->codes.begin(), chunk->codes.end());
  relay_bytes_ += relay_bytes_of(*chunk);
  coupons_ += chunk->coupons.size();
  chunks_.push_back(std::move(chunk));
  const Offset decided = end_locked();
  while (!watchers_.empty() && watchers_.begin()->first < decided) {
    const auto [offset, watcher] = *watchers_.begin();
    watchers_.erase(watchers_.begin());
    watcher.sink->place_decided(partition_, offset, watcher.token);
  }
}

// --- the issuer's side --------------------------------------------------------------------------------

std::optional<store::Batch> DecidedLog::batch_from(Offset from, std::size_t max_records) const {
  std::vector<std::shared_ptr<const Chunk>> chunks;
  store::Batch batch;
  {
    const std::lock_guard lock(mutex_);
    if (!tail_reaches(from) || from == end_locked()) return std::nullopt;
    const Offset enough = from + static_cast<Offset>(max_records);
    std::size_t coupons = 0;
    for (auto chunk = chunk_at(from); chunk != chunks_.end(); ++chunk) {
      chunks.push_back(*chunk);
      coupons += static_cast<std::size_t>((*chunk)->coupons.end() - first_from((*chunk)->coupons, from));
      if ((*chunk)->end() >= enough || coupons >= max_records) break;
    }
    batch.after.era = era_;
  }
  batch.first_offset = from;
  batch.hash_before = hash_in(*chunks.front(), from);
  batch.after.partition = partition_;
  batch.after.has_checksum = true;
  Images images;
  for (const auto& chunk : chunks) add_chunk(*chunk, std::max(from, chunk->first), batch, images);
  return batch;
}

std::vector<Relay> DecidedLog::relays_in(Offset from, Offset end) const {
  std::vector<Relay> relays;
  const std::lock_guard lock(mutex_);
  if (relay_bytes_ == 0 || !tail_reaches(from) || from == end_locked()) return relays;
  for (auto chunk = chunk_at(from); chunk != chunks_.end() && (*chunk)->first < end; ++chunk) {
    const auto& all = (*chunk)->relays;
    for (auto relay = first_from(all, from); relay != all.end() && relay->offset < end; ++relay) {
      relays.push_back(*relay);
    }
  }
  return relays;
}

std::optional<std::uint64_t> DecidedLog::hash_at(Offset offset) const {
  const std::lock_guard lock(mutex_);
  if (!tail_reaches(offset)) return std::nullopt;
  if (offset == begin_) return hash_at_begin_;
  return hash_in(**chunk_at(offset - 1), offset);
}

void DecidedLog::saw_saved(Offset next_offset, Instant now, milliseconds keep) {
  Chunks freed;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  if (!loaded_) return;
  // If another node is ahead of this one, everything that this one has decided is saved.
  next_offset = std::min(next_offset, end_locked());
  saved_ = next_offset;
  // The store went back: commits were lost, so the later positions no longer count.
  while (!seen_.empty() && seen_.back().saved > next_offset) seen_.pop_back();
  if (seen_.empty() || seen_.back().saved < next_offset) seen_.push_back({now, next_offset});
  freed = trim(now, keep);
}

DecidedLog::Chunks DecidedLog::trim(Instant now, milliseconds keep) {
  Chunks freed;
  Offset until = begin_;
  while (!seen_.empty() && seen_.front().at + keep <= now) {
    until = seen_.front().saved;
    // The newest entry stays: removed, the same position would count as a new one.
    if (seen_.size() == 1) break;
    seen_.pop_front();
  }
  while (!chunks_.empty() && chunks_.front()->end() <= until) {
    const Chunk& first = *chunks_.front();
    begin_ = first.end();
    hash_at_begin_ = first.state.state_hash;
    relay_bytes_ -= relay_bytes_of(first);
    coupons_ -= first.coupons.size();
    freed.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
  }
  const Offset keep_codes_from = std::min(begin_, end_locked() - static_cast<Offset>(ring_size_));
  if (keep_codes_from > ring_begin_) {
    ring_.erase(ring_.begin(), ring_.begin() + (keep_codes_from - ring_begin_));
    ring_begin_ = keep_codes_from;
  }
  return freed;
}

Era DecidedLog::era() const {
  const std::lock_guard lock(mutex_);
  return loaded_ ? era_ : 0;
}

Offset DecidedLog::begin() const {
  const std::lock_guard lock(mutex_);
  return begin_;
}

Offset DecidedLog::end() const {
  const std::lock_guard lock(mutex_);
  return end_locked();
}

Offset DecidedLog::saved() const {
  const std::lock_guard lock(mutex_);
  return saved_;
}

std::int64_t DecidedLog::unsaved() const {
  const std::lock_guard lock(mutex_);
  return end_locked() - saved_;
}

DecidedLog::Figures DecidedLog::figures() const {
  const std::lock_guard lock(mutex_);
  Figures figures{.begin = begin_, .end = end_locked(), .saved = saved_, .ring = ring_.size()};
  if (saved_ < figures.end && !chunks_.empty()) figures.oldest_unsaved = (*chunk_at(saved_))->closed_at;
  return figures;
}

std::size_t DecidedLog::relay_bytes() const {
  const std::lock_guard lock(mutex_);
  return relay_bytes_;
}

std::size_t DecidedLog::coupons() const {
  const std::lock_guard lock(mutex_);
  return coupons_;
}

// --- the edge's side ----------------------------------------------------------------------------------

DecidedLog::Lookup DecidedLog::find(Offset offset) const {
  const std::lock_guard lock(mutex_);
  if (!loaded_ || offset >= end_locked()) return {};
  if (offset < ring_begin_) return {.held = Held::Below};
  Lookup lookup{.held = Held::Here,
                .code = static_cast<Code>(ring_[static_cast<std::size_t>(offset - ring_begin_)])};
  if (lookup.code == Code::Success && offset >= begin_) {
    lookup.coupon = *first_from((*chunk_at(offset))->coupons, offset);
  }
  return lookup;
}

std::optional<std::vector<std::shared_ptr<const Chunk>>> DecidedLog::chunks_from(Offset from) const {
  const std::lock_guard lock(mutex_);
  if (!loaded_ || from < begin_) return std::nullopt;
  std::vector<std::shared_ptr<const Chunk>> chunks;
  if (from >= end_locked()) return chunks;
  chunks.assign(chunk_at(from), chunks_.end());
  return chunks;
}

DecidedLog::Tail DecidedLog::tail_from(std::uint64_t life, Offset from) const {
  const std::lock_guard lock(mutex_);
  Tail tail{.loaded = loaded_, .life = life_, .begin = begin_, .chunks = {}};
  const Offset first = life == life_ ? std::max(from, begin_) : begin_;
  if (first < end_locked()) tail.chunks.assign(chunk_at(first), chunks_.end());
  return tail;
}

void DecidedLog::notify_at(Offset offset, AnswerSink& sink, std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  if (loaded_ && offset < end_locked()) {
    sink.place_decided(partition_, offset, token);
  } else {
    watchers_.emplace(offset, Watcher{&sink, token});
  }
}

void DecidedLog::forget(Offset offset, AnswerSink& sink, std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = watchers_.equal_range(offset);
  const auto found = std::find_if(first, last, [&](const auto& entry) {
    return entry.second.sink == &sink && entry.second.token == token;
  });
  if (found != last) watchers_.erase(found);
}

std::size_t DecidedLog::watchers() const {
  const std::lock_guard lock(mutex_);
  return watchers_.size();
}

void DecidedLog::forget(AnswerSink& sink) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watchers_, [&](const auto& entry) { return entry.second.sink == &sink; });
}

// --- with the lock held -------------------------------------------------------------------------------

Offset DecidedLog::end_locked() const { return chunks_.empty() ? begin_ : chunks_.back()->end(); }

bool DecidedLog::tail_reaches(Offset offset) const {
  return loaded_ && offset >= begin_ && offset <= end_locked();
}

std::deque<std::shared_ptr<const Chunk>>::const_iterator DecidedLog::chunk_at(Offset offset) const {
  const auto found = std::partition_point(chunks_.begin(), chunks_.end(),
                                          [&](const auto& chunk) { return chunk->end() <= offset; });
  CHECK(found != chunks_.end());
  return found;
}

}  // namespace firstcome::replica
