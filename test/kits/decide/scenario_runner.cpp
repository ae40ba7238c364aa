#include "test/kits/decide/scenario_runner.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace firstcome::decide {
namespace {

Timestamp read_time(std::istream& words) {
  std::int64_t ms = 0;
  words >> ms;
  return from_millis(ms);
}

Changed<Timestamp> read_changed_time(std::istream& words) {
  std::string word;
  words >> word;
  if (word == "never") return {.named = true};
  return {.named = true, .value = from_millis(std::stoll(word))};
}

Changed<milliseconds> read_changed_duration(std::istream& words) {
  std::string word;
  words >> word;
  if (word == "never") return {.named = true};
  return {.named = true, .value = milliseconds{std::stoll(word)}};
}

/// Reads "1 2 by order-17 for 10000": policy, sequence, and what the kind needs.
std::optional<CouponCommand> read_coupon_command(const std::string& verb, std::istream& words) {
  const auto kind = std::ranges::find(kCouponCommandKinds, verb, [](auto k) { return name_of(k); });
  if (kind == kCouponCommandKinds.end()) return std::nullopt;
  CouponCommand command;
  command.kind = *kind;
  command.hold_for = std::chrono::seconds{10};
  words >> command.policy.value >> command.sequence;
  for (std::string word; words >> word;) {
    if (word == "by") words >> command.reference;
    if (word == "user") words >> command.user.emplace().value;
    if (word == "for") {
      std::int64_t ms = 0;
      words >> ms;
      command.hold_for = milliseconds{ms};
    }
  }
  return command;
}

/// Reads "3@1000,4@1000": users, and the time at which each coupon was issued.
void read_coupons(std::istream& words, ImportChunk& chunk) {
  std::string word;
  words >> word;
  std::istringstream list{word};
  for (std::string one; std::getline(list, one, ',');) {
    const auto at = one.find('@');
    chunk.coupons.push_back(
        {UserId{std::stoll(one.substr(0, at))}, from_millis(std::stoll(one.substr(at + 1)))});
  }
}

/// Reads "3,4": users.
void read_users(std::istream& words, ListChunk& chunk) {
  std::string word;
  words >> word;
  std::istringstream list{word};
  for (std::string one; std::getline(list, one, ',');) chunk.users.emplace_back(std::stoll(one));
}

/// Reads "A1,B2": codes.
void read_codes(std::istream& words, CodeChunk& chunk) {
  std::string word;
  words >> word;
  std::istringstream list{word};
  for (std::string one; std::getline(list, one, ',');) chunk.codes.push_back(one);
}

/// Reads "3@1000,4@1000": the coupons of the whole import, whose count and hash are the total.
ImportTotal read_total(std::istream& words) {
  ImportChunk all;
  read_coupons(words, all);
  ImportTotal total;
  for (const ImportedCoupon& coupon : all.coupons) total.hash += hash_of_imported(++total.count, coupon);
  return total;
}

PolicyCommand read_command(const std::string& verb, std::istream& words) {
  PolicyCommand command;
  using Kind = PolicyCommand::Kind;
  for (const Kind kind : kCommandKinds) {
    if (verb == name_of(kind)) command.kind = kind;
  }
  words >> command.policy.value;
  if (command.kind == Kind::Create) command.name = fmt::format("p{}", command.policy);
  for (std::string word; words >> word;) {
    if (word == "max") words >> command.max_count.emplace();
    if (word == "name") words >> command.name.emplace();
    if (word == "limit") words >> command.per_user_limit.emplace();
    if (word == "from") command.issue_starts_at = read_changed_time(words);
    if (word == "until") command.issue_ends_at = read_changed_time(words);
    if (word == "importing") command.importing = true;
    if (word == "first") {
      words >> command.chunk.first;
      command.listed.first = command.coupon_codes.first = command.chunk.first;
    }
    if (word == "users" && command.kind == Kind::Import) read_coupons(words, command.chunk);
    if (word == "total") command.chunk.total = read_total(words);
    if (word == "paused") command.chunk.paused = true;
    if (word == "if") words >> command.revision.emplace();
    if (word == "validfrom") command.valid_from = read_changed_time(words);
    if (word == "validuntil") command.valid_until = read_changed_time(words);
    if (word == "validfor") command.valid_for = read_changed_duration(words);
    if (word == "listed") command.eligible = Eligible::Listed;
    if (word == "users" && command.kind == Kind::List) read_users(words, command.listed);
    if (word == "imported") command.codes = CodeKind::Imported;
    if (word == "codes") read_codes(words, command.coupon_codes);
    if (word == "keep") command.on_cancel = OnCancel::Keep;
    if (word == "return") command.on_cancel = OnCancel::Return;
    if (word == "reissue") command.reissue = true;
    if (word == "noreissue") command.reissue = false;
  }
  return command;
}

void read_record(const std::string& verb, std::istream& words, Record& record) {
  if (verb == "garbage") {
    record.content = Undecodable{"garbage"};
  } else if (verb == "rules") {
    RulesChange rules;
    words >> rules.version;
    record.content = rules;
  } else if (verb == "user") {
    IssueRequest request;
    std::string wants;
    words >> request.user.value >> wants >> request.policy.value;
    for (std::string word; words >> word;) {
      if (word == "ordinal") words >> request.ordinal;
      if (word != "from") continue;
      char colon = 0;
      Origin origin;
      words >> origin.partition >> colon >> origin.offset;
      record.origin = origin;
    }
    record.content = request;
  } else if (const auto coupon_command = read_coupon_command(verb, words)) {
    record.content = *coupon_command;
  } else {
    record.content = read_command(verb, words);
  }
}

std::string result_of(const Decision& decision) {
  if (decision.sequence == 0) return std::string(name_of(decision.code));
  return fmt::format("{} {}", name_of(decision.code), decision.sequence);
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

/// Adds the current revision if the command has none, as an edge does.
void ScenarioRunner::fill_in_revision(PolicyCommand& command) const {
  if (!needs_revision(command.kind) || command.revision) return;
  const Policy* policy = decider_.find(command.policy);
  command.revision = policy == nullptr ? 0 : policy->revision;
}

std::string ScenarioRunner::run(std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    if (std::string wrong = run_line(line); !wrong.empty()) return wrong;
  }
  return {};
}

std::string ScenarioRunner::run_line(const std::string& line) {
  const auto arrow = line.find("->");
  std::istringstream words{line.substr(0, arrow)};
  std::string verb;
  words >> verb;
  if (verb == "clock" || verb == "sender") {
    log_append_time_ = verb == "clock";
    if (verb == "sender") words >> verb;
    clock_ = read_time(words);
    return {};
  }
  Record record{.offset = next_offset_++, .appended_at = clock_, .has_log_append_time = log_append_time_};
  read_record(verb, words, record);
  if (auto* command = std::get_if<PolicyCommand>(&record.content)) fill_in_revision(*command);
  const std::string expected = trimmed(line.substr(arrow + 2));
  const std::string actual = result_of(decider_.apply(record));
  if (actual == expected) return {};
  return fmt::format("\"{}\" returned {}", line, actual);
}

}  // namespace firstcome::decide
