#include "audit/decode_ahead.h"

#include <algorithm>

namespace firstcome::audit {
namespace {

/// Maximum number of waiting chunks, about ten megabytes.
constexpr std::size_t kChunksMax = 6;

void decode(journal::RecordDecoder& decoder, DecodeAhead::Chunk& chunk) {
  const auto& raw = chunk.fetch.records;
  chunk.records.resize(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) decoder.decode(raw[i], chunk.rules, chunk.records[i]);
}

}  // namespace

DecodeAhead::DecodeAhead(std::unique_ptr<journal::Follower> follower, const journal::RecordTrust& trust,
                         Partition partition, Offset from, Offset until)
    : follower_(std::move(follower)),
      reader_(*follower_, partition, from, until),
      decoder_(trust, partition),
      callers_decoder_(trust, partition),
      read_all_(reader_.done()),
      thread_([this] { run(); }) {}

DecodeAhead::~DecodeAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<const DecodeAhead::Chunk*> DecodeAhead::next(std::int32_t rules) {
  std::unique_lock lock(mutex_);
  rules_ = rules;
  if (handed_out_) finished_.push_back(std::move(handed_out_));
  for (;;) {
    if (work_.empty() && read_all_) {
      if (failed_) return *failed_;
      return static_cast<const Chunk*>(nullptr);
    }
    if (!work_.empty() && work_.front()->state == Work::State::Decoded) {
      handed_out_ = std::move(work_.front());
      work_.pop_front();
      changed_.notify_all();
      return static_cast<const Chunk*>(&handed_out_->chunk);
    }
    if (!decode_one(lock, callers_decoder_)) changed_.wait(lock);
  }
}

void DecodeAhead::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!read_all_ && work_.size() < kChunksMax) {
      read(lock);
    } else if (!decode_one(lock, decoder_)) {
      if (read_all_) return;
      changed_.wait(lock);
    }
  }
}

void DecodeAhead::read(std::unique_lock<std::mutex>& lock) {
  std::unique_ptr<Work> work;
  if (!finished_.empty()) {
    work = std::move(finished_.back());
    finished_.pop_back();
  } else {
    work = std::make_unique<Work>();
  }
  lock.unlock();
  auto fetch = reader_.poll();
  lock.lock();
  if (fetch.ok()) {
    read_all_ = reader_.done();
    work->chunk.fetch = std::move(*fetch);
    work->state = Work::State::Read;
    work_.push_back(std::move(work));
  } else {
    read_all_ = true;
    failed_ = fetch.error();
  }
  changed_.notify_all();
}

bool DecodeAhead::decode_one(std::unique_lock<std::mutex>& lock, journal::RecordDecoder& decoder) {
  const auto found =
      std::ranges::find_if(work_, [](const auto& work) { return work->state == Work::State::Read; });
  if (found == work_.end()) return false;
  Work& work = **found;
  work.state = Work::State::Decoding;
  work.chunk.rules = rules_;
  lock.unlock();
  decode(decoder, work.chunk);
  lock.lock();
  work.state = Work::State::Decoded;
  changed_.notify_all();
  return true;
}

}  // namespace firstcome::audit
