#include "api/import_body.h"

#include <fmt/core.h>

#include <optional>

#include "api/body_fields.h"

namespace firstcome::api {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kCouponsRule =
    "must be a list of at most 1000 pairs: user id, and milliseconds since 1970";

class ChunkFields : BodyFields {
 public:
  using BodyFields::BodyFields;

  ImportChunk read() {
    ImportChunk chunk;
    if (const auto first = find("first");
        !first || first->get_int64().get(chunk.first) != simdjson::SUCCESS || chunk.first < 1) {
      wrong("first", "must be the sequence of the first coupon, a whole number from 1");
    }
    if (const auto coupons = find("coupons"); coupons && !read_coupons(*coupons, chunk.coupons)) {
      wrong("coupons", kCouponsRule);
    }
    boolean("paused", chunk.paused);
    read_total(chunk);
    return chunk;
  }

 private:
  static bool read_coupons(const dom::element& value, std::vector<ImportedCoupon>& coupons) {
    dom::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS || list.size() > kImportChunkMost) return false;
    coupons.reserve(list.size());
    for (const dom::element entry : list) {
      dom::array pair;
      if (entry.get_array().get(pair) != simdjson::SUCCESS || pair.size() != 2) return false;
      const auto user = id_of(pair.at(0).value_unsafe());
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
    ImportTotal& total = chunk.total.emplace();
    std::string_view digits;
    if (count->get_int64().get(total.count) != simdjson::SUCCESS) wrong("count", "must be a whole number");
    const auto number =
        hash->get_string().get(digits) == simdjson::SUCCESS ? parse_import_hash(digits) : std::nullopt;
    if (!number) return wrong("hash", "must be 16 hex digits, in lower case");
    total.hash = *number;
  }
};

class ListFields : BodyFields {
 public:
  using BodyFields::BodyFields;

  ListChunk read() {
    ListChunk chunk;
    if (const auto first = find("first");
        !first || first->get_int64().get(chunk.first) != simdjson::SUCCESS || chunk.first < 1) {
      wrong("first", "must be the number of the first user on the list, a whole number from 1");
    }
    if (const auto users = find("users"); !users || !read_users(*users, chunk.users)) {
      wrong("users", "must be a list of 1 to 1000 user ids");
    }
    return chunk;
  }

 private:
  static bool read_users(const dom::element& value, std::vector<UserId>& users) {
    dom::array list;
    if (value.get_array().get(list) != simdjson::SUCCESS) return false;
    if (list.size() == 0 || list.size() > kImportChunkMost) return false;
    users.reserve(list.size());
    for (const dom::element entry : list) {
      const auto user = id_of(entry);
      if (!user) return false;
      users.push_back(UserId{*user});
    }
    return true;
  }
};

class CodeFields : BodyFields {
 public:
  using BodyFields::BodyFields;

  CodeChunk read() {
    CodeChunk chunk;
    if (const auto first = find("first");
        !first || first->get_int64().get(chunk.first) != simdjson::SUCCESS || chunk.first < 1) {
      wrong("first", "must be the number of the first code of the chunk, a whole number from 1");
    }
    dom::array list;
    const auto codes = find("codes");
    if (!codes || codes->get_array().get(list) != simdjson::SUCCESS || list.size() == 0 ||
        list.size() > kImportChunkMost) {
      wrong("codes", "must be a list of 1 to 1000 codes");
      return chunk;
    }
    for (const dom::element entry : list) {
      std::string_view code;
      if (entry.get_string().get(code) != simdjson::SUCCESS || !is_imported_code(code)) {
        wrong("codes", fmt::format("must be codes of 1 to 64 visible ASCII characters, but number {} is not",
                                   chunk.first + static_cast<std::int64_t>(chunk.codes.size())));
        return chunk;
      }
      chunk.codes.emplace_back(code);
    }
    return chunk;
  }
};

}  // namespace

CodeChunk read_codes(const dom::object& body, std::vector<FieldError>& errors) {
  return CodeFields(body, errors).read();
}

ListChunk read_listed(const dom::object& body, std::vector<FieldError>& errors) {
  return ListFields(body, errors).read();
}

ImportChunk read_chunk(const dom::object& body, std::vector<FieldError>& errors) {
  return ChunkFields(body, errors).read();
}

}  // namespace firstcome::api
