#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "cli/parallel_requests.h"
#include "cli/progress_line.h"
#include "cli/users_of_file.h"
#include "domain/code.h"
#include "domain/policy.h"
#include "text/grouped.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr const char* kName = "policy grant";
constexpr std::size_t kBatch = 1'024;

/// The report: a CSV file with a line for each user who got no coupon.
class Report {
 public:
  Status open(const std::string& path) {
    path_ = path;
    file_.reset(std::fopen(path.c_str(), "w"));
    return file_ ? write("line,user_id,result,detail\n") : failed();
  }
  Status add(const UserList::User& user, std::string_view result, std::string_view detail) {
    if (!file_) return Done{};
    std::string quoted;
    for (const char c : detail) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return write(fmt::format("{},{},{},\"{}\"\n", user.line, user.id.value, result, quoted));
  }
  Status close() { return file_ && std::fclose(file_.release()) != 0 ? failed() : Status(Done{}); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Status failed() const {
    return Error::permanent("--report: cannot write {}: {}", path_, std::strerror(errno));
  }
  Status write(const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() ? Status(Done{}) : failed();
  }

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// The answer for one user.
struct Answer {
  std::string result;  ///< empty: the user was not asked for
  std::string detail;
  std::optional<Error> error;  ///< no decision, and the same for the next users
};

/// Requests a coupon for each user of a file, over several connections at once. Every request names its user and
/// ordinal, so a second one has no effect.
class Grants {
 public:
  Grants(std::int64_t policy, std::int64_t ordinal, std::vector<RetryingClient> clients, Report& report)
      : target_(fmt::format("/v1/policies/{}/coupons", policy)),
        ordinal_(ordinal),
        clients_(std::move(clients)),
        report_(report) {}

  Status run(const UserList& users, std::int64_t count);

  [[nodiscard]] std::int64_t granted() const { return granted_; }
  [[nodiscard]] std::int64_t earlier() const { return earlier_; }
  [[nodiscard]] const std::map<std::string, std::int64_t>& refusals() const { return refusals_; }

 private:
  Status run_batch();
  Answer ask(RetryingClient& client, UserId user) const;

  const std::string target_;
  const std::int64_t ordinal_;
  std::vector<RetryingClient> clients_;  ///< one for each thread
  Report& report_;
  std::vector<UserList::User> batch_;
  std::int64_t granted_ = 0;
  std::int64_t earlier_ = 0;  ///< users who had the coupon, or whose first response did not arrive
  std::map<std::string, std::int64_t> refusals_;  ///< users without a coupon, by result
};

std::string text_of(simdjson::dom::element json, std::string_view field) {
  std::string_view text;
  return json[field].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

Answer Grants::ask(RetryingClient& client, UserId user) const {
  text::JsonObject body;
  body.number("userId", user.value);
  if (ordinal_ != 1) body.number("ordinal", ordinal_);
  const auto response = client.send("POST", target_, body.str());
  if (!response) return {.error = response.error()};
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  const bool is_json = parser.parse(response->body).get(json) == simdjson::SUCCESS;
  Answer answer;
  if (is_json) answer = {.result = text_of(json, "result"), .detail = text_of(json, "detail")};
  const bool decided = response->status == 201 || response->status == 200 || response->status == 409;
  if (decided && !answer.result.empty()) return answer;
  return {.error = Error::permanent("cannot request a coupon for user {}: {}", user.value,
                                    describe_refusal(response->status, response->body))};
}

Status Grants::run(const UserList& users, std::int64_t count) {
  ProgressLine progress(kName);
  const WithoutSigpipe without_sigpipe;
  std::int64_t done = 0;
  const auto finish_batch = [&]() -> Status {
    RETURN_IF_ERROR(run_batch());
    done += static_cast<std::int64_t>(batch_.size());
    batch_.clear();
    progress.reached(done, count);
    return Done{};
  };
  const Status sent = users.read([&](const UserList::User& user) -> Status {
    batch_.push_back(user);
    return batch_.size() < kBatch ? Status(Done{}) : finish_batch();
  });
  return sent.ok() ? finish_batch() : sent;
}

/// Also after an error, the users who were asked for are counted and reported.
Status Grants::run_batch() {
  std::vector<Answer> answers(batch_.size());
  send_in_parallel(clients_, batch_.size(), [&](RetryingClient& client, std::size_t i) {
    answers[i] = ask(client, batch_[i].id);
    return !answers[i].error;
  });
  std::optional<Error> error;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& [result, detail, why] = answers[i];
    if (why && !error) error = why;
    if (result == name_of(Code::Success)) {
      ++granted_;
    } else if (result == name_of(Code::AlreadyIssued)) {
      ++earlier_;
    } else if (!result.empty()) {
      ++refusals_[result];
      RETURN_IF_ERROR(report_.add(batch_[i], result, detail));
    }
  }
  return error ? Status(*error) : Status(Done{});
}

/// Above perUserLimit, ALREADY_ISSUED could name another coupon of the user.
Status check_policy(RetryingClient& client, std::int64_t policy, std::int64_t ordinal) {
  ASSIGN_OR_RETURN(const auto response, client.send("GET", fmt::format("/v1/policies/{}", policy), ""));
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  std::int64_t limit = 0;
  if (response.status != 200 || parser.parse(response.body).get(json) != simdjson::SUCCESS ||
      json["perUserLimit"].get(limit) != simdjson::SUCCESS) {
    return Error::permanent("cannot read the policy: {}", describe_refusal(response.status, response.body));
  }
  if (ordinal <= limit) return Done{};
  return Error::permanent("--ordinal is {}, but a user can have {} of policy {}.", ordinal,
                          text::counted(limit, "coupon"), policy)
      .with_hint(fmt::format("`policy change {} --per-user-limit {}` allows more.", policy, ordinal));
}

int print(const Values& values, const Grants& grants, std::int64_t users) {
  text::JsonObject results;
  std::string names;
  std::int64_t without = 0;
  for (const auto& [result, count] : grants.refusals()) {
    results.number(result, count);
    names += fmt::format("{}{} {}", names.empty() ? "" : ", ", text::grouped(count), result);
    without += count;
  }
  const std::int64_t unanswered = users - grants.granted() - grants.earlier() - without;
  text::JsonObject json;
  json.number("policyId", values.number("policy"))
      .number("users", users)
      .number("granted", grants.granted())
      .number("earlier", grants.earlier())
      .number("without", without)
      .number("unanswered", unanswered)
      .json("results", results.str());
  std::string text = fmt::format("policy {}: {} granted", values.number("policy"),
                                 text::counted(grants.granted(), "coupon"));
  if (grants.earlier() > 0)
    text += fmt::format(", {} had one before", text::counted(grants.earlier(), "user"));
  if (without > 0) text += fmt::format(", {} got none: {}", text::counted(without, "user"), names);
  // After an error, which is printed below.
  if (unanswered > 0) text += fmt::format(", {} without an answer", text::counted(unanswered, "user"));
  return print_result(values, json, text + "\n", without > 0 ? kFailed : kFine);
}

bool is_same_file(const std::string& one, const std::string& other) {
  std::error_code ignored;
  return std::filesystem::equivalent(one, other, ignored);
}

int send(const Values& values, const UsersOfFile& users) {
  if (values.has("report") && is_same_file(values.text("report"), values.text("users"))) {
    return refuse(kName, "--report and --users are the same file");
  }
  RetryingClient::Settings settings = users.server;
  settings.hint = "Repeat the command: no user gets a second coupon by it.";
  std::vector<RetryingClient> clients;
  for (std::int64_t i = 0; i < values.number("connections"); ++i) clients.emplace_back(settings);
  const std::int64_t ordinal = values.number("ordinal");
  Status ready = check_policy(clients.front(), values.number("policy"), ordinal);
  Report report;
  if (ready.ok() && values.has("report")) ready = report.open(values.text("report"));
  if (!ready.ok()) return fail(kName, ready.error());
  Grants grants(values.number("policy"), ordinal, std::move(clients), report);
  Status done = grants.run(users.list, users.count);
  if (Status closed = report.close(); done.ok()) done = closed;
  const int exit_code = print(values, grants, users.count);
  if (!grants.refusals().empty() && !values.has("report")) {
    fail(kName,
         Error::permanent("Not every user got a coupon.")
             .with_hint(
                 "With --report FILE, the file has a line for each of them. Repeat the command: no user "
                 "gets a second coupon by it."));
  }
  return done.ok() ? exit_code : fail(kName, done.error());
}

int run(const Values& values) {
  return with_users_of_file(kName, values, [&](const UsersOfFile& users) { return send(values, users); });
}

}  // namespace

Command grant_command() {
  using enum Option::Kind;
  using enum Option::Where;
  std::vector<Option> options = {
      {"report", File, "", "CSV file to write: a line for each user who got no coupon, with the reason", 0, 0,
       FlagOnly},
      {"ordinal", Number, "1", "Which of a user's coupons of this policy", 1, kOrdinalMost, FlagOnly},
      {"connections", Number, "16",
       "Requests at the same time; with 1, the coupons are issued in the order of the file", 1, 256,
       FlagOnly},
  };
  return {
      kName, "Give coupons of a policy to the users of a file",
      "  firstcome policy grant 7 --users winners.csv --report without.csv\n"
      "  firstcome policy grant 7 --users winners.csv --ordinal 2    a second coupon for each\n"
      "\nEach user's request is decided like any other: it counts against the stock, and a policy that is paused,\n"
      "closed or sold out refuses it. The command may be repeated, also after an error: a user who has the coupon\n"
      "does not get another one. The file is checked first, and nothing is sent if it has an invalid line, or a\n"
      "user twice. A key needs the scopes issue and read.\n"
      "\nExit code 0: every user has a coupon. 1: some got none, or an error. 2: wrong usage.\n",
      with_users_of_file_options(std::move(options)), run};
}

}  // namespace firstcome::cli
