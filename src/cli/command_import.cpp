#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/error_context.h"
#include "cli/import_source.h"
#include "cli/import_target.h"
#include "cli/progress_line.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

constexpr const char* kName = "policy import";

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
          .state = text("state-column"),
          .reference = text("reference-column"),
          .where = text("where"),
          .zone = text("zone")};
}

std::string format_window(const SourcePolicy& policy) {
  std::string text;
  if (policy.starts) text += ", from " + format_rfc3339(*policy.starts);
  if (policy.ends) text += ", until " + format_rfc3339(*policy.ends);
  return text;
}

std::string format_policy(const SourcePolicy& policy) {
  return fmt::format("\"{}\", stock {}{}", text::for_terminal(policy.name), policy.max_count,
                     format_window(policy));
}

/// Imports one policy from one system into the other.
class Import {
 public:
  Import(const Values& values, ImportSource& source, ImportTarget& target, PolicyId id)
      : source_(source),
        target_(target),
        id_(id),
        name_(values.has("name") ? values.text("name") : ""),
        max_count_(values.has("max-count") ? values.number("max-count") : 0),
        paused_(values.on("paused")),
        dry_run_(values.on("dry-run")) {}

  /// Reads and checks everything; sends nothing.
  Status prepare();
  Status run();
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] std::string as_json() const;

 private:
  void check_policy();
  void check_target(const std::optional<ImportTarget::State>& state);
  Status add(const ImportedCoupon& coupon);
  Status send_chunk();
  Status send_states();

  ImportSource& source_;
  ImportTarget& target_;
  const PolicyId id_;
  const std::string name_;
  const std::int64_t max_count_;
  const bool paused_;
  const bool dry_run_;
  SourcePolicy policy_;
  std::int64_t coupons_ = 0;
  std::int64_t touched_ = 0;          ///< USED or CANCELLED in the source
  std::int64_t imported_before_ = 0;  ///< coupons that an earlier run has imported
  bool exists_ = false;
  std::vector<std::string> problems_;

  std::optional<ProgressLine> progress_;
  ImportChunk chunk_;
  ImportTotal read_;
  Timestamp first_issued_{};
  Timestamp last_issued_{};
};

Status Import::prepare() {
  RETURN_IF_ERROR(source_.open());
  ASSIGN_OR_RETURN(auto policy, source_.policy(problems_));
  policy_ = std::move(policy);
  if (!name_.empty()) policy_.name = name_;
  if (max_count_ != 0) policy_.max_count = max_count_;
  ASSIGN_OR_RETURN(auto survey, source_.survey());
  coupons_ = survey.coupons;
  touched_ = survey.touched;
  std::ranges::move(survey.problems, std::back_inserter(problems_));
  check_policy();
  ASSIGN_OR_RETURN(const auto state, target_.read_state());
  check_target(state);
  return Done{};
}

void Import::check_policy() {
  if (policy_.name.empty() || policy_.name.size() > kPolicyNameLimit) {
    problems_.push_back(fmt::format("the name of the policy has {} bytes, but must have 1 to 200: set --name",
                                    policy_.name.size()));
  }
  if (policy_.max_count < 1 || policy_.max_count > kMaxCountLimit) {
    problems_.push_back(fmt::format(
        "the stock of the policy is {}, but must be 1 to 1000000000: set --max-count", policy_.max_count));
  } else if (coupons_ > policy_.max_count) {
    problems_.push_back(fmt::format(
        "{} coupons are {} more than the stock of {}: set --max-count, or select the valid coupons with "
        "--where",
        coupons_, coupons_ - policy_.max_count, policy_.max_count));
  }
  if (policy_.starts && policy_.ends && *policy_.starts >= *policy_.ends) {
    problems_.push_back(fmt::format("the policy ends at {}, which is not after its start, {}",
                                    format_rfc3339(*policy_.ends), format_rfc3339(*policy_.starts)));
  }
}

void Import::check_target(const std::optional<ImportTarget::State>& state) {
  if (!state) return;
  exists_ = true;
  imported_before_ = state->coupons;
  const std::string target = fmt::format("policy {}", id_.value);
  // The coupons are imported, and an earlier run ended before it sent all states.
  const bool has_coupons = state->policy == policy_ && imported_before_ == coupons_;
  if (touched_ > 0 && has_coupons && state->policy_state == name_of(PolicyState::Paused)) return;
  if (state->policy_state != name_of(PolicyState::Importing)) {
    const bool may_be_imported = state->policy == policy_ && imported_before_ >= coupons_;
    problems_.push_back(fmt::format(
        "{} already exists, {} with {} coupons{}", target, state->policy_state, imported_before_,
        may_be_imported
            ? ". It looks imported: if an earlier run imported it, there is nothing to do. If not, use "
              "--as with a free id"
            : ": use --as with a free id"));
  } else if (imported_before_ > coupons_) {
    problems_.push_back(fmt::format(
        "{} already has {} imported coupons, more than the source has: it belongs to another import. "
        "Close it, and use --as with a free id",
        target, imported_before_));
  } else if (state->policy != policy_) {
    problems_.push_back(fmt::format(
        "the import of {} began with other values: {}, not {}. Repeat the command with the first values, "
        "or close the policy and use --as with a free id",
        target, format_policy(state->policy), format_policy(policy_)));
  }
}

Status Import::run() {
  progress_.emplace("import");
  if (!dry_run_ && !exists_) {
    RETURN_IF_ERROR(target_.create(policy_));
  }
  Status read = source_.read([this](const ImportedCoupon& coupon) { return add(coupon); });
  if (read.ok()) {
    chunk_.total = read_;
    chunk_.paused = paused_ || touched_ > 0;
    read = send_chunk();
  }
  progress_.reset();
  return read.ok() && touched_ > 0 && !dry_run_ ? send_states() : read;
}

/// The policy is PAUSED until all states are there, so no place of a cancelled coupon is given away before.
Status Import::send_states() {
  constexpr std::size_t kAtOnce = 1'024;
  const WithoutSigpipe without_sigpipe;
  ProgressLine progress("import of states");
  std::vector<TouchedCoupon> batch;
  std::int64_t sent = 0;
  const auto finish_batch = [&]() -> Status {
    RETURN_IF_ERROR(target_.touch(batch));
    sent += static_cast<std::int64_t>(batch.size());
    batch.clear();
    progress.reached(sent, touched_);
    return Done{};
  };
  RETURN_IF_ERROR(source_.read_touched([&](const TouchedCoupon& coupon) -> Status {
    batch.push_back(coupon);
    return batch.size() < kAtOnce ? Status(Done{}) : finish_batch();
  }));
  RETURN_IF_ERROR(finish_batch());
  return paused_ ? Status(Done{}) : target_.resume();
}

Status Import::add(const ImportedCoupon& coupon) {
  read_.hash += hash_of_imported(++read_.count, coupon);
  if (read_.count == 1) first_issued_ = coupon.issued_at;
  last_issued_ = coupon.issued_at;
  if (read_.count <= imported_before_) return Done{};
  if (chunk_.coupons.size() == kImportChunkMost) {
    RETURN_IF_ERROR(send_chunk());
  }
  chunk_.coupons.push_back(coupon);
  return Done{};
}

Status Import::send_chunk() {
  chunk_.first = read_.count - static_cast<std::int64_t>(chunk_.coupons.size()) + (chunk_.total ? 1 : 0);
  if (!dry_run_) {
    RETURN_IF_ERROR(target_.send(chunk_));
  }
  chunk_.coupons.clear();
  progress_->reached(read_.count, coupons_);
  return Done{};
}

std::string Import::describe() const {
  std::string text =
      fmt::format("{} policy {} \"{}\": {} coupons of {}", dry_run_ ? "would import" : "imported", id_.value,
                  policy_.name, coupons_, policy_.max_count);
  if (imported_before_ > 0) text += fmt::format(", {} of them in an earlier run", imported_before_);
  if (touched_ > 0) text += fmt::format(", {} of them USED or CANCELLED", touched_);
  if (coupons_ > 0) {
    text +=
        fmt::format(", issued from {} to {}", format_rfc3339(first_issued_), format_rfc3339(last_issued_));
  }
  text += fmt::format("; {}{}", paused_ ? "PAUSED until `policy resume`" : "ACTIVE", format_window(policy_));
  return text + (dry_run_ ? ". Nothing was changed.\n" : "\n");
}

std::string Import::as_json() const {
  text::JsonObject object;
  object.number("policyId", id_.value)
      .text("name", policy_.name)
      .number("maxCount", policy_.max_count)
      .number("coupons", coupons_)
      .number("earlier", imported_before_)
      .number("usedOrCancelled", touched_)
      .truth("dryRun", dry_run_)
      .truth("paused", paused_);
  if (problems_.empty()) object.text("hash", format_import_hash(read_.hash));
  return object.json("problems", text::json_list(problems_, text::json_text)).str();
}

int run(const Values& values) {
  auto address = postgres::Address::parse(values.text("from"));
  if (!address.ok()) return refuse(kName, in_context("--from", address.error()));
  auto key = credential_for(Listener::Admin, values);
  if (!key) return fail(kName, key.error(), kWrongUsage);
  const std::int64_t policy = values.number("policy");
  const PolicyId id{values.has("as") ? values.number("as") : policy};
  ImportSource source(std::move(*address), names_of(values), policy);
  ImportTarget target(values.text("admin"), tls_files(values), std::move(*key), id,
                      values.duration("retry-for"));
  Import policy_import(values, source, target, id);
  if (Status ready = policy_import.prepare(); !ready.ok()) return fail(kName, ready.error());
  if (policy_import.problems().empty()) {
    if (Status done = policy_import.run(); !done.ok()) return fail(kName, done.error());
  }
  for (const std::string& problem : policy_import.problems()) fail(kName, problem);
  const bool fine = policy_import.problems().empty();
  if (values.on("json")) {
    std::printf("%s\n", text::lines_for_terminal(policy_import.as_json()).c_str());
  } else if (fine) {
    std::fputs(text::lines_for_terminal(policy_import.describe()).c_str(), stdout);
  }
  return fine ? kFine : kFailed;
}

}  // namespace

Command import_command() {
  const auto own = policy_import_options();
  std::vector<Option> options(own.begin(), own.end());
  return {
      kName, "Import a policy and its coupons from the PostgreSQL of another system",
      "  firstcome policy import --from postgresql://shop@db/shop --policy 7 --zone Asia/Seoul --dry-run\n"
      "  firstcome policy import --from postgresql://shop@db/shop --policy 7 --zone Asia/Seoul --paused\n"
      "  firstcome policy import --from postgresql://shop@db/shop --policy 7 --as 107 --coupon-table "
      "shop.issued_coupon --where \"status <> 'CANCELLED'\"\n"
      "\nThe command reads everything in one snapshot and checks it before it sends anything. During the "
      "import "
      "the\npolicy refuses requests with PAUSED. Repeat the command to continue an interrupted import. The "
      "password "
      "is in\n~/.pgpass or PGPASSWORD.\n"
      "\nWith --state-column, coupons that were used or cancelled are used or cancelled here, too, while the policy is\n"
      "PAUSED.\n"
      "\nExit code 0: imported, or with --dry-run importable. 1: not imported; the error says why. 2: "
      "wrong usage.\n",
      with_admin_options(std::move(options)), run};
}

}  // namespace firstcome::cli
