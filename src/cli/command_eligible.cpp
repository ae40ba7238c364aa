#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "cli/progress_line.h"
#include "cli/users_of_file.h"
#include "domain/code.h"
#include "domain/policy.h"
#include "domain/record.h"
#include "text/grouped.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr const char* kName = "policy eligible";

/// Adds the users of a file to the list of a policy, in chunks.
class Listing {
 public:
  Listing(const UserList& users, std::int64_t count, RetryingClient& client, std::string path)
      : users_(users), count_(count), client_(client), path_(std::move(path)) {}

  /// `after`: the users that were on the list before the first one of the file; nothing: those that are there now.
  Status begin(std::optional<std::int64_t> after);
  Status run();
  /// What to do if run() fails.
  [[nodiscard]] std::string hint() const {
    return fmt::format("Repeat the command with --after {}: it continues.", after_);
  }
  [[nodiscard]] std::int64_t earlier() const { return earlier_; }
  [[nodiscard]] std::int64_t listed() const { return after_ + count_; }

 private:
  Status send_chunk();

  const UserList& users_;
  const std::int64_t count_;
  RetryingClient& client_;
  const std::string path_;
  std::int64_t after_ = 0;
  std::int64_t earlier_ = 0;  ///< users of the file that an earlier run has added
  ListChunk chunk_;
};

Error refused(const std::string& what, const HttpResponse& response) {
  return Error::permanent("{}: {}", what, describe_refusal(response.status, response.body));
}

/// Nothing: the response has no list.
std::optional<std::int64_t> listed_count(const HttpResponse& response) {
  simdjson::dom::parser parser;
  simdjson::dom::element policy;
  std::int64_t count = 0;
  if (response.status != 200 || parser.parse(response.body).get(policy) != simdjson::SUCCESS ||
      policy["listedCount"].get(count) != simdjson::SUCCESS)
    return std::nullopt;
  return count;
}

bool is_unchanged(const HttpResponse& response) {
  simdjson::dom::parser parser;
  simdjson::dom::element policy;
  std::string_view result;
  return parser.parse(response.body).get(policy) == simdjson::SUCCESS &&
         policy["result"].get(result) == simdjson::SUCCESS && result == name_of(Code::Unchanged);
}

Status Listing::begin(std::optional<std::int64_t> after) {
  ASSIGN_OR_RETURN(const auto response, client_.send("GET", path_, ""));
  if (response.status != 200) return refused("cannot read the policy", response);
  const auto count = listed_count(response);
  if (!count) {
    return Error::permanent("The policy has no list: everyone can get a coupon of it.")
        .with_hint("`policy create --eligible listed` creates a policy with a list.");
  }
  after_ = after.value_or(*count);
  if (*count < after_ || *count > after_ + count_) {
    return Error::permanent("The list has {}. With --after {} and {} in the file, it must have {} to {}.",
                            text::counted(*count, "user"), after_, text::counted(count_, "user"), after_,
                            after_ + count_)
        .with_hint("Without --after, the file is added at the end. A user may be on the list several times.");
  }
  earlier_ = *count - after_;
  return Done{};
}

Status Listing::run() {
  ProgressLine progress(kName);
  std::int64_t read = 0;
  const Status sent = users_.read([&](const UserList::User& user) -> Status {
    if (++read <= earlier_) return Done{};
    if (chunk_.users.empty()) chunk_.first = after_ + read;
    chunk_.users.push_back(user.id);
    if (chunk_.users.size() < kImportChunkMost) return Done{};
    RETURN_IF_ERROR(send_chunk());
    progress.reached(read, count_);
    return Done{};
  });
  return !sent.ok() || chunk_.users.empty() ? sent : send_chunk();
}

Status Listing::send_chunk() {
  const std::string users =
      text::json_list(chunk_.users, [](UserId user) { return std::to_string(user.value); });
  text::JsonObject body;
  body.number("first", chunk_.first).json("users", users);
  ASSIGN_OR_RETURN(const auto response, client_.send("POST", path_ + "/eligible", body.str()));
  if (response.status != 200)
    return refused(fmt::format("cannot list the users from number {} on", chunk_.first), response);
  // Another client's chunk with these numbers makes this one UNCHANGED, too.
  const auto end = chunk_.first - 1 + static_cast<std::int64_t>(chunk_.users.size());
  if (listed_count(response) != end || (is_unchanged(response) && !client_.has_repeated())) {
    return Error::permanent("Another client adds users to this list: number {} was taken.", chunk_.first)
        .with_hint("Wait until it has ended, and repeat the command without --after.");
  }
  chunk_.users.clear();
  return Done{};
}

int send(const Values& values, const UsersOfFile& users) {
  const std::int64_t policy = values.number("policy");
  RetryingClient client(users.server);
  Listing listing(users.list, users.count, client, fmt::format("/v1/policies/{}", policy));
  std::optional<std::int64_t> after;
  if (values.has("after")) after = values.number("after");
  if (Status begun = listing.begin(after); !begun.ok()) return fail(kName, begun.error());
  if (Status done = listing.run(); !done.ok()) {
    Error error = done.error();
    if (error.hint.empty()) error.hint = listing.hint();
    return fail(kName, error);
  }
  text::JsonObject json;
  json.number("policyId", policy)
      .number("users", users.count)
      .number("earlier", listing.earlier())
      .number("listedCount", listing.listed());
  std::string text =
      fmt::format("added {} to the list of policy {}", text::counted(users.count, "user"), policy);
  if (listing.earlier() > 0)
    text += fmt::format(", {} of them in an earlier run", text::grouped(listing.earlier()));
  return print_result(values, json,
                      text + fmt::format("; the list has {}\n", text::counted(listing.listed(), "user")));
}

int run(const Values& values) {
  return with_users_of_file(kName, values, [&](const UsersOfFile& users) { return send(values, users); });
}

}  // namespace

Command eligible_command() {
  using enum Option::Kind;
  using enum Option::Where;
  std::vector<Option> options = {
      {"after", Number, "",
       "Number of users who were on the list before those of the file: continues an interrupted run. Without it, the "
       "file is added at the end",
       0, kListedMost, FlagOnly},
  };
  return {
      kName, "Add users to the list of a policy",
      "  firstcome policy create --id 7 --name 'Members' --max-count 1000 --eligible listed\n"
      "  firstcome policy eligible 7 --users members.csv\n"
      "  firstcome policy eligible 7 --users members.csv --after 0    continues after an error\n"
      "\nOnly users on the list can get a coupon; others get NOT_ELIGIBLE. Users can be added while the policy\n"
      "issues. The file is checked first: an invalid line or a user who is in it twice is an error, and nothing "
      "is\nsent. Run one such command at a time for a policy.\n",
      with_users_of_file_options(std::move(options)), run};
}

}  // namespace firstcome::cli
