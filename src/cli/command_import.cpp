#include <fmt/core.h>

#include <cstdio>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/import_source.h"
#include "cli/import_target.h"
#include "cli/progress_line.h"
#include "cli/secret_file.h"

namespace firstcome::cli {
namespace {

int fail(const std::string& what, int exit_code = kFailed) {
  std::fprintf(stderr, "firstcome policy import: %s\n", what.c_str());
  return exit_code;
}

SourceNames names_of(const Values& values) {
  const auto text = [&](const char* name) { return values.has(name) ? values.text(name) : std::string(); };
  return {.policy_table = text("policy-table"),
          .policy_id = text("policy-id-column"),
          .name = values.has("name") ? "" : text("name-column"),
          .max_count = values.has("max-count") ? "" : text("max-count-column"),
          .starts = text("issue-starts-at-column"),
          .ends = text("issue-ends-at-column"),
          .coupon_table = text("coupon-table"),
          .coupon_policy = text("coupon-policy-column"),
          .user = text("user-column"),
          .issued_at = text("issued-at-column"),
          .coupon_id = text("id-column"),
          .where = text("where"),
          .zone = text("zone")};
}

std::string window(const SourcePolicy& policy) {
  std::string text;
  if (policy.starts) text += ", from " + format_rfc3339(*policy.starts);
  if (policy.ends) text += ", until " + format_rfc3339(*policy.ends);
  return text;
}

std::string terms(const SourcePolicy& policy) {
  return fmt::format("\"{}\", stock {}{}", policy.name, policy.max_count, window(policy));
}

/// One policy on its way from one system to the other.
class Import {
 public:
  Import(const Values& values, ImportSource& source, ImportTarget& target, PolicyId id)
      : source_(source),
        target_(target),
        id_(id),
        name_(values.has("name") ? values.text("name") : ""),
        max_count_(values.has("max-count") ? values.number("max-count") : 0),
        paused_(values.on("paused")),
        rehearsal_(values.on("dry-run")) {}

  /// Reads and checks everything before anything is sent.
  Status prepare();
  Status carry_out();
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] std::string in_words() const;
  [[nodiscard]] std::string as_json() const;

 private:
  void judge_policy();
  void judge_target(const std::optional<ImportTarget::Stands>& stands);
  Status add(const ImportedCoupon& coupon);
  Status send_chunk();

  ImportSource& source_;
  ImportTarget& target_;
  const PolicyId id_;
  const std::string name_;
  const std::int64_t max_count_;
  const bool paused_;
  const bool rehearsal_;
  SourcePolicy policy_;
  std::int64_t coupons_ = 0;
  std::int64_t stood_at_ = 0;  ///< coupons that an earlier run has brought
  bool exists_ = false;
  std::vector<std::string> problems_;

  std::optional<ProgressLine> progress_;
  ImportChunk chunk_;
  ImportChunk::Total read_;
  Timestamp first_issued_{};
  Timestamp last_issued_{};
};

Status Import::prepare() {
  RETURN_IF_ERROR(source_.open());
  ASSIGN_OR_RETURN(auto policy, source_.policy());
  policy_ = std::move(policy);
  if (!name_.empty()) policy_.name = name_;
  if (max_count_ != 0) policy_.max_count = max_count_;
  ASSIGN_OR_RETURN(auto survey, source_.survey());
  coupons_ = survey.coupons;
  problems_ = std::move(survey.problems);
  judge_policy();
  ASSIGN_OR_RETURN(const auto stands, target_.look());
  judge_target(stands);
  return Done{};
}

void Import::judge_policy() {
  if (policy_.name.empty() || policy_.name.size() > kPolicyNameLimit) {
    problems_.push_back(fmt::format("the policy's name has {} bytes, but must have 1 to 200: say --name",
                                    policy_.name.size()));
  }
  if (policy_.max_count < 1 || policy_.max_count > kMaxCountLimit) {
    problems_.push_back(fmt::format("the policy's stock is {}, but must be 1 to 1000000000: say --max-count",
                                    policy_.max_count));
  } else if (coupons_ > policy_.max_count) {
    problems_.push_back(fmt::format(
        "{} coupons are {} more than the stock of {}: say --max-count, or with --where which of them count",
        coupons_, coupons_ - policy_.max_count, policy_.max_count));
  }
  if (policy_.starts && policy_.ends && *policy_.starts >= *policy_.ends) {
    problems_.push_back("the policy ends at " + format_rfc3339(*policy_.ends) +
                        ", which is not after its start, " + format_rfc3339(*policy_.starts));
  }
}

void Import::judge_target(const std::optional<ImportTarget::Stands>& stands) {
  if (!stands) return;
  exists_ = true;
  stood_at_ = stands->coupons;
  const std::string there = fmt::format("policy {}", id_.value);
  if (stands->state != name_of(PolicyState::Importing)) {
    const bool may_be_it = stands->policy == policy_ && stood_at_ >= coupons_;
    problems_.push_back(fmt::format(
        "{} exists already, {} with {} coupons{}", there, stands->state, stood_at_,
        may_be_it ? ", as an earlier run would have left it: if there was one, it is imported. If "
                    "not, use --as with an id that is free"
                  : ": use --as with an id that is free"));
  } else if (stood_at_ > coupons_) {
    problems_.push_back(
        fmt::format("{} has been given {} coupons already, more than there are: it is the import of "
                    "something else. Close it, and say --as",
                    there, stood_at_));
  } else if (stands->policy != policy_) {
    problems_.push_back("the import of " + there + " was begun otherwise: " + terms(stands->policy) +
                        ", and not " + terms(policy_) +
                        ". Repeat the command that began it, or close the policy and say --as");
  }
}

Status Import::carry_out() {
  progress_.emplace("import");
  if (!rehearsal_ && !exists_) {
    RETURN_IF_ERROR(target_.create(policy_));
  }
  Status read = source_.read([this](const ImportedCoupon& coupon) { return add(coupon); });
  if (read.ok()) {
    chunk_.total = read_;
    chunk_.paused = paused_;
    read = send_chunk();
  }
  progress_.reset();
  return read;
}

Status Import::add(const ImportedCoupon& coupon) {
  read_.hash += hash_of_imported(++read_.count, coupon);
  if (read_.count == 1) first_issued_ = coupon.issued_at;
  last_issued_ = coupon.issued_at;
  if (read_.count <= stood_at_) return Done{};
  if (chunk_.coupons.size() == kImportChunkMost) {
    RETURN_IF_ERROR(send_chunk());
  }
  chunk_.coupons.push_back(coupon);
  return Done{};
}

Status Import::send_chunk() {
  chunk_.first = read_.count - static_cast<std::int64_t>(chunk_.coupons.size()) + (chunk_.total ? 1 : 0);
  if (!rehearsal_) {
    RETURN_IF_ERROR(target_.send(chunk_));
  }
  chunk_.coupons.clear();
  progress_->reached(read_.count, coupons_);
  return Done{};
}

std::string Import::in_words() const {
  std::string text = rehearsal_ ? "would import policy " : "imported policy ";
  text += fmt::format("{} \"{}\": {} coupons of {}", id_.value, policy_.name, coupons_, policy_.max_count);
  if (stood_at_ > 0) text += fmt::format(", {} of them in an earlier run", stood_at_);
  if (coupons_ > 0) {
    text += ", issued from " + format_rfc3339(first_issued_) + " to " + format_rfc3339(last_issued_);
  }
  text += std::string("; ") + (paused_ ? "PAUSED, until resumed" : "ACTIVE") + window(policy_);
  return text + (rehearsal_ ? ". Nothing was changed.\n" : "\n");
}

std::string Import::as_json() const {
  text::JsonObject object;
  object.number("policyId", id_.value)
      .text("name", policy_.name)
      .number("maxCount", policy_.max_count)
      .number("coupons", coupons_)
      .number("earlier", stood_at_)
      .truth("dryRun", rehearsal_)
      .truth("paused", paused_);
  if (problems_.empty()) object.text("hash", format_import_hash(read_.hash));
  return object.json("problems", text::json_list(problems_, text::json_text)).str();
}

int run(const Values& values) {
  auto address = postgres::Address::parse(values.text("from"));
  if (!address.ok()) {
    std::fputs(wrong_usage("policy import", "--from: " + address.error().message).text.c_str(), stderr);
    return kWrongUsage;
  }
  std::string key;
  if (values.has("admin-key-file")) {
    auto read = read_secret_file(values.text("admin-key-file"));
    if (!read.ok()) return fail(read.error().message, kWrongUsage);
    key = std::move(*read);
  }
  const std::int64_t policy = values.number("policy");
  const PolicyId id{values.has("as") ? values.number("as") : policy};
  ImportSource source(std::move(*address), names_of(values), policy);
  ImportTarget target(values.text("admin"), std::move(key), id, values.duration("retry-for"));
  Import import_of(values, source, target, id);
  if (Status ready = import_of.prepare(); !ready.ok()) return fail(ready.error().message);
  if (import_of.problems().empty()) {
    if (Status done = import_of.carry_out(); !done.ok()) return fail(done.error().message);
  }
  for (const std::string& problem : import_of.problems()) fail(problem);
  const bool fine = import_of.problems().empty();
  if (values.on("json")) {
    std::printf("%s\n", import_of.as_json().c_str());
  } else if (fine) {
    std::fputs(import_of.in_words().c_str(), stdout);
  }
  return fine ? kFine : kFailed;
}

}  // namespace

Command import_command() {
  const auto own = policy_import_options();
  std::vector<Option> options(own.begin(), own.end());
  for (const Option& option : client_options()) {
    if (option.name == "admin" || option.name == "admin-key-file") options.push_back(option);
  }
  return {
      "policy import", "take over a policy and its coupons from another system's PostgreSQL",
      "  firstcome policy import --from postgresql://shop@db/shop --policy 7 --zone Asia/Seoul --dry-run\n"
      "  firstcome policy import --from postgresql://shop@db/shop --policy 7 --zone Asia/Seoul --paused\n"
      "  firstcome policy import --from postgresql://shop@db/shop --policy 7 --as 107 --coupon-table "
      "shop.issued_coupon --where \"status <> 'CANCELLED'\"\n"
      "\nEverything is read in one snapshot and checked before anything is sent. While it is imported the "
      "policy\nrefuses with PAUSED. An import that was interrupted goes on by the same command. The password "
      "is in\n~/.pgpass or PGPASSWORD.\n"
      "\nExit code 0: imported (--dry-run: could be). 1: not, and why. 2: wrong usage.\n",
      std::move(options), run};
}

}  // namespace firstcome::cli
