#include "api/import_body.h"

#include <optional>

namespace firstcome::api {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kCouponsRule =
    "must be a list of at most 1000 pairs: user id, and milliseconds since 1970";

class ChunkFields {
 public:
  ChunkFields(const dom::object& object, std::vector<FieldError>& errors)
      : object_(object), errors_(errors) {}

  ImportChunk read() {
    ImportChunk chunk;
    if (const auto first = find("first");
        !first || first->get_int64().get(chunk.first) != simdjson::SUCCESS || chunk.first < 1) {
      wrong("first", "must be the sequence of the first coupon, a whole number from 1");
    }
    if (const auto coupons = find("coupons"); coupons && !read_coupons(*coupons, chunk.coupons)) {
      wrong("coupons", kCouponsRule);
    }
    if (const auto paused = find("paused");
        paused && paused->get_bool().get(chunk.paused) != simdjson::SUCCESS) {
      wrong("paused", "must be true or false");
    }
    read_total(chunk);
    return chunk;
  }

 private:
  void wrong(std::string field, std::string why) { errors_.push_back({std::move(field), std::move(why)}); }

  std::optional<dom::element> find(std::string_view name) {
    std::optional<dom::element> found;
    for (const auto [key, value] : object_) {
      if (key != name) continue;
      if (found) wrong(std::string(name), "appears twice");
      found = value;
    }
    return found;
  }

  static std::optional<std::int64_t> user_id(const dom::element& value) {
    std::int64_t number = 0;
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) return parse_id(text);
    if (value.get_int64().get(number) != simdjson::SUCCESS || number < 1) return std::nullopt;
    return number;
  }

  static bool read_coupons(const dom::element& value, std::vector<ImportedCoupon>& coupons) {
    dom::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS || list.size() > kImportChunkMost) return false;
    coupons.reserve(list.size());
    for (const dom::element entry : list) {
      dom::array pair;
      if (entry.get_array().get(pair) != simdjson::SUCCESS || pair.size() != 2) return false;
      const auto user = user_id(pair.at(0).value_unsafe());
      std::int64_t at = 0;
      if (!user || pair.at(1).get_int64().get(at) != simdjson::SUCCESS) return false;
      if (at < 0 || at > kLatestMillis) return false;
      coupons.push_back({UserId{*user}, from_millis(at)});
    }
    return true;
  }

  void read_total(ImportChunk& chunk) {
    const auto count = find("count");
    const auto hash = find("hash");
    if (!count && !hash) return;
    if (!count || !hash) return wrong(count ? "hash" : "count", "is missing: count and hash belong together");
    ImportChunk::Total& total = chunk.total.emplace();
    std::string_view digits;
    if (count->get_int64().get(total.count) != simdjson::SUCCESS) wrong("count", "must be a whole number");
    const auto number =
        hash->get_string().get(digits) == simdjson::SUCCESS ? parse_import_hash(digits) : std::nullopt;
    if (!number) return wrong("hash", "must be 16 hex digits, in lower case");
    total.hash = *number;
  }

  const dom::object& object_;
  std::vector<FieldError>& errors_;
};

}  // namespace

ImportChunk read_chunk(const dom::object& body, std::vector<FieldError>& errors) {
  return ChunkFields(body, errors).read();
}

}  // namespace firstcome::api
