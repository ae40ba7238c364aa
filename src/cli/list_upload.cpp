#include "cli/list_upload.h"

#include <fmt/core.h>

#include <simdjson.h>

#include "cli/admin_client.h"
#include "cli/progress_line.h"
#include "domain/code.h"
#include "domain/import.h"
#include "text/grouped.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

/// A body has at most 64 KiB.
constexpr std::size_t kChunkBytes = 48 * 1024;

bool is_unchanged(const HttpResponse& response) {
  simdjson::dom::parser parser;
  simdjson::dom::element policy;
  std::string_view result;
  return parser.parse(response.body).get(policy) == simdjson::SUCCESS &&
         policy["result"].get(result) == simdjson::SUCCESS && result == name_of(Code::Unchanged);
}

/// The number of the entry that a refusal names; 0: none.
std::int64_t number_in(const HttpResponse& response) {
  simdjson::dom::parser parser;
  simdjson::dom::element problem;
  std::int64_t number = 0;
  const bool has_number = parser.parse(response.body).get(problem) == simdjson::SUCCESS &&
                          problem["number"].get(number) == simdjson::SUCCESS;
  return has_number ? number : 0;
}

}  // namespace

ListUpload::ListUpload(const ListKind& kind, std::int64_t count, RetryingClient& client, std::int64_t policy)
    : kind_(kind), count_(count), client_(client), path_(fmt::format("/v1/policies/{}", policy)) {}

std::string ListUpload::hint() const {
  return fmt::format("Repeat the command with --after {}: it continues.", after_);
}

Error ListUpload::refused(const std::string& what, const HttpResponse& response) {
  if (const std::int64_t number = number_in(response); number > after_) refused_entry_ = number - after_;
  return Error::permanent("{}: {}", what, describe_refusal(response.status, response.body));
}

/// Nothing: the response has no list.
std::optional<std::int64_t> ListUpload::count_in(const HttpResponse& response) const {
  simdjson::dom::parser parser;
  simdjson::dom::element policy;
  std::int64_t count = 0;
  if (response.status != 200 || parser.parse(response.body).get(policy) != simdjson::SUCCESS ||
      policy[kind_.count_field].get(count) != simdjson::SUCCESS)
    return std::nullopt;
  return count;
}

Status ListUpload::begin(std::optional<std::int64_t> after) {
  ASSIGN_OR_RETURN(const auto response, client_.send("GET", path_, ""));
  if (response.status != 200) return refused("cannot read the policy", response);
  const auto count = count_in(response);
  if (!count) return Error::permanent("{}", kind_.no_list).with_hint(kind_.no_list_hint);
  after_ = after.value_or(*count);
  if (*count < after_ || *count > after_ + count_) {
    return Error::permanent("The list has {}. With --after {} and {} in the file, it must have {} to {}.",
                            text::counted(*count, kind_.entry), after_, text::counted(count_, kind_.entry),
                            after_, after_ + count_)
        .with_hint(kind_.append_hint);
  }
  earlier_ = *count - after_;
  return Done{};
}

Status ListUpload::add(std::string_view json) {
  if (++added_ <= earlier_) return Done{};
  if (size_ > 0 && chunk_.size() + json.size() > kChunkBytes) RETURN_IF_ERROR(send_chunk());
  if (size_ == 0) first_ = after_ + added_;
  if (size_ > 0) chunk_ += ',';
  chunk_ += json;
  ++size_;
  return size_ < static_cast<std::int64_t>(kImportChunkMost) ? Status(Done{}) : send_chunk();
}

Status ListUpload::send_chunk() {
  text::JsonObject body;
  body.number("first", first_).json(kind_.member, "[" + chunk_ + "]");
  ASSIGN_OR_RETURN(const auto response, client_.send("POST", path_ + kind_.path, body.str()));
  if (response.status != 200) {
    return refused(fmt::format("cannot add the {}s from number {} on", kind_.entry, first_), response);
  }
  // Another client's chunk with these numbers makes this one UNCHANGED, too.
  const std::int64_t end = first_ - 1 + size_;
  if (count_in(response) != end || (is_unchanged(response) && !client_.has_repeated())) {
    return Error::permanent("Another client adds {}s to this list: number {} was taken.", kind_.entry, first_)
        .with_hint("Wait until it has ended, and repeat the command without --after.");
  }
  chunk_.clear();
  size_ = 0;
  return Done{};
}

}  // namespace firstcome::cli
