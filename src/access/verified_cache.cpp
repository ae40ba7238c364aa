#include "access/verified_cache.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "domain/check.h"

namespace firstcome::access {
namespace {

static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16);
static_assert(crypto_shorthash_siphashx24_BYTES == 16);

std::size_t policy_bytes_of(const Caller& caller) {
  return caller.policies ? caller.policies->capacity() * sizeof(PolicyId) : 0;
}

}  // namespace

std::size_t VerifiedCache::max_bytes() { return kEntries * (sizeof(Tag) + sizeof(Entry)) + kMaxPolicyBytes; }

VerifiedCache::VerifiedCache() {
  CHECK(sodium_init() >= 0);
  randombytes_buf(key_.data(), key_.size());
}

const Caller* VerifiedCache::find(std::string_view credential, Timestamp now) {
  crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(sought_.data()),
                              reinterpret_cast<const unsigned char*>(credential.data()), credential.size(),
                              key_.data());
  if (sought_ == Tag{}) sought_[0] = 1;  // all zero is a free place
  if (tags_.empty()) return nullptr;
  const std::size_t first = first_of_set();
  for (std::size_t at = first; at < first + kWays; ++at) {
    if (tags_[at] != sought_) continue;
    if (now < entries_[at].expires) return &entries_[at].caller;
    drop(at);
  }
  return nullptr;
}

const Caller* VerifiedCache::insert(Credentials::Verified verified) {
  const std::size_t more = policy_bytes_of(verified.caller);
  if (policy_bytes_ + more > kMaxPolicyBytes) clear();
  if (tags_.empty()) {
    tags_.resize(kEntries);
    entries_.resize(kEntries);
  }
  const std::size_t first = first_of_set();
  std::size_t place = first + turn_++ % kWays;
  for (std::size_t at = first; at < first + kWays; ++at) {
    if (tags_[at] == Tag{}) place = at;
  }
  drop(place);
  tags_[place] = sought_;
  entries_[place] = {std::move(verified.caller), verified.expires};
  policy_bytes_ += more;
  return &entries_[place].caller;
}

void VerifiedCache::drop(std::size_t at) {
  if (tags_[at] == Tag{}) return;
  policy_bytes_ -= policy_bytes_of(entries_[at].caller);
  tags_[at] = {};
  entries_[at] = {};
}

void VerifiedCache::clear() {
  std::ranges::fill(tags_, Tag{});
  std::ranges::fill(entries_, Entry{});
  policy_bytes_ = 0;
}

std::size_t VerifiedCache::bytes() const {
  return tags_.capacity() * sizeof(Tag) + entries_.capacity() * sizeof(Entry) + policy_bytes_;
}

}  // namespace firstcome::access
