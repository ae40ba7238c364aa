#include "test/kits/audit/audit_fixture.h"

#include <fmt/core.h>

#include "decide/state_hash.h"
#include "domain/check.h"
#include "domain/home.h"

namespace firstcome::audit {
namespace {

class NoProgress : public Progress {
 public:
  void reached(std::int64_t, std::int64_t) override {}
};

/// A command that may or may not be accepted.
PolicyCommand some_command(PolicyId policy, std::mt19937_64& chance) {
  PolicyCommand command{.policy = policy, .who = "operator"};
  switch (chance() % 8) {
    case 0: command.kind = PolicyCommand::Kind::Pause; break;
    case 1:
    case 2:
    case 3: command.kind = PolicyCommand::Kind::Resume; break;
    case 4: command.kind = chance() % 3 == 0 ? PolicyCommand::Kind::Close : PolicyCommand::Kind::Pause; break;
    case 5:
      command.kind = PolicyCommand::Kind::Change;
      command.name = fmt::format("name \"{}\" é", chance() % 100);
      command.issue_starts_at = {true, AuditFixture::kBegin};
      break;
    default:
      command.kind = PolicyCommand::Kind::Change;
      command.max_count = 1 + static_cast<std::int64_t>(chance() % 40);
  }
  return command;
}

}  // namespace

AuditFixture::AuditFixture()
    : journal_(kPartitions, kBegin, chance_),
      store_({kPartitions, 1, journal_.identity(), InstallationKey{}}, decide::initial_state(), chance_),
      filler_(journal_, store_) {
  for (Partition partition = 0; partition < kPartitions; ++partition)
    edge_.emplace_back(partition, kPartitions);
  store_.extend_batches_up_to(1);
}

Partition AuditFixture::home_of(PolicyId policy) { return home(policy, kPartitions); }

Offset AuditFixture::append(Partition partition, journal::SimulatedRecord record) {
  now_ += milliseconds{1};
  journal_.run_until(now_);
  const Offset offset = journal_.append_foreign(partition, std::move(record));
  const journal::SimulatedRecord& appended = journal_.records(partition).back();
  std::vector<journal::Header> headers;
  for (const auto& [key, value] : appended.headers) headers.push_back({key, value});
  journal::RawRecord raw{.offset = offset, .timestamp = appended.timestamp, .headers = headers};
  if (appended.value) raw.value = *appended.value;
  Record decoded;
  decoder_.decode(raw, kNewestRules, decoded);
  const auto* rules = std::get_if<RulesChange>(&decoded.content);
  if (rules == nullptr || rules->version <= kNewestRules)
    edge_.at(static_cast<std::size_t>(partition)).apply(decoded);
  return offset;
}

Offset AuditFixture::append(PolicyCommand command) {
  const Partition home = home_of(command.policy);
  const bool creates = command.kind == PolicyCommand::Kind::Create;
  if (!creates && command.kind != PolicyCommand::Kind::Import) {
    const Policy* policy = edge_.at(static_cast<std::size_t>(home)).find(command.policy);
    command.revision = policy == nullptr ? 0 : policy->revision;
  }
  return append(home, journal::encode(command), "policy");
}

Offset AuditFixture::append(Partition partition, std::string value, std::string kind, std::string origin) {
  journal::SimulatedRecord record;
  record.value = std::move(value);
  if (!kind.empty()) record.headers.emplace_back(journal::kKindHeader, std::move(kind));
  if (!origin.empty()) record.headers.emplace_back(journal::kOriginHeader, std::move(origin));
  if (!record.headers.empty()) {
    std::vector<journal::Header> headers;
    for (const auto& [key, text] : record.headers) headers.push_back({key, text});
    const journal::RecordMac record_mac(InstallationKey{}, 1);
    record.headers.emplace_back(journal::kMacHeader,
                                record_mac.compute(partition, std::nullopt, *record.value, headers));
  }
  return append(partition, std::move(record));
}

std::string request(UserId user, PolicyId policy, Timestamp requested_at) {
  std::string value;
  journal::encode(IssueRequest{user, policy, 1}, requested_at, value);
  return value;
}

Offset AuditFixture::issue(UserId user, PolicyId policy) {
  return append(home_of(policy), request(user, policy, now_));
}

Offset AuditFixture::create(PolicyId policy, std::int64_t max_count) {
  PolicyCommand create{.kind = PolicyCommand::Kind::Create,
                       .policy = policy,
                       .name = fmt::format("Policy {}", policy),
                       .max_count = max_count,
                       .who = "operator"};
  return append(home_of(policy), journal::encode(create), "policy");
}

Offset AuditFixture::create_for_import(PolicyId policy, std::int64_t max_count) {
  const PolicyCommand create{
      .policy = policy, .name = "Imported", .max_count = max_count, .importing = true, .who = "importer"};
  return append(home_of(policy), journal::encode(create), "policy");
}

Offset AuditFixture::import_chunk(PolicyId policy, std::int64_t first, const std::vector<std::int64_t>& users,
                                  std::optional<ImportTotal> total) {
  PolicyCommand chunk{.kind = PolicyCommand::Kind::Import, .policy = policy, .who = "importer"};
  chunk.chunk = {.first = first, .total = total};
  for (const std::int64_t user : users) chunk.chunk.coupons.push_back({UserId{user}, kBegin});
  return append(home_of(policy), journal::encode(chunk), "policy");
}

/// The import of users 1 to `count` in this order.
ImportTotal import_total(std::int64_t count) {
  ImportTotal total;
  while (total.count < count) {
    ++total.count;
    total.hash += hash_of_imported(total.count, {UserId{total.count}, AuditFixture::kBegin});
  }
  return total;
}

void AuditFixture::append_random_import(PolicyId policy, std::mt19937_64& chance) {
  const auto count = static_cast<std::int64_t>(chance() % 12);
  create_for_import(policy, std::max<std::int64_t>(1, count + 3));
  for (std::int64_t first = 1; first <= count; first += 3) {
    std::vector<std::int64_t> users;
    for (std::int64_t user = first; user < first + 3 && user <= count; ++user) users.push_back(user);
    import_chunk(policy, first, users);
    if (chance() % 3 == 0) import_chunk(policy, first, users);  // sent again: refused
    issue(UserId{1 + static_cast<std::int64_t>(chance() % 20)}, policy);
  }
  if (chance() % 4 != 0) import_chunk(policy, count + 1, {}, import_total(count));
}

Offset AuditFixture::create_for_list(PolicyId policy, std::int64_t max_count) {
  const PolicyCommand create{.policy = policy,
                             .name = "For some",
                             .max_count = max_count,
                             .eligible = Eligible::Listed,
                             .who = "operator"};
  return append(home_of(policy), journal::encode(create), "policy");
}

Offset AuditFixture::list_chunk(PolicyId policy, std::int64_t first, const std::vector<std::int64_t>& users) {
  PolicyCommand chunk{.kind = PolicyCommand::Kind::List, .policy = policy, .who = "operator"};
  chunk.listed.first = first;
  for (const std::int64_t user : users) chunk.listed.users.emplace_back(user);
  return append(home_of(policy), journal::encode(chunk), "policy");
}

void AuditFixture::append_random_list(PolicyId policy, std::mt19937_64& chance) {
  const Policy* known = edge_.at(static_cast<std::size_t>(home_of(policy))).find(policy);
  std::int64_t first = known == nullptr ? 1 : known->listed_count + 1;
  if (chance() % 8 == 0) first += static_cast<std::int64_t>(chance() % 5) - 2;
  std::vector<std::int64_t> users;
  for (std::uint64_t i = 1 + chance() % 6; i > 0; --i) {
    users.push_back(1 + static_cast<std::int64_t>(chance() % 40));
  }
  list_chunk(policy, first, users);
}

Offset AuditFixture::create_for_codes(PolicyId policy) {
  const PolicyCommand create{
      .policy = policy, .name = "Partner", .max_count = 0, .codes = CodeKind::Imported, .who = "operator"};
  return append(home_of(policy), journal::encode(create), "policy");
}

Offset AuditFixture::code_chunk(PolicyId policy, std::int64_t first, std::vector<std::string> codes) {
  PolicyCommand chunk{.kind = PolicyCommand::Kind::Codes, .policy = policy, .who = "operator"};
  chunk.coupon_codes = {first, std::move(codes)};
  return append(home_of(policy), journal::encode(chunk), "policy");
}

void AuditFixture::append_random_codes(PolicyId policy, std::mt19937_64& chance) {
  const auto known = [&] { return edge_.at(static_cast<std::size_t>(home_of(policy))).find(policy); };
  std::int64_t first = known() == nullptr ? 1 : known()->code_count + 1;
  if (chance() % 8 == 0) first += static_cast<std::int64_t>(chance() % 5) - 2;
  std::vector<std::string> codes;
  for (std::uint64_t i = chance() % 6; i <= 6; ++i) codes.push_back(fmt::format("{:x}", chance() % 5'000));
  code_chunk(policy, first, std::move(codes));
  if (known() != nullptr && known()->code_count > 0 && chance() % 2 == 0) {
    command(PolicyCommand::Kind::Change, policy, known()->code_count);
  }
}

Offset AuditFixture::command(PolicyCommand::Kind kind, PolicyId policy,
                             std::optional<std::int64_t> max_count) {
  return append(PolicyCommand{.kind = kind, .policy = policy, .max_count = max_count, .who = "operator"});
}

Offset AuditFixture::coupon_command(CouponCommand::Kind kind, PolicyId policy, std::int64_t sequence,
                                    std::int64_t order) {
  CouponCommand command{.kind = kind,
                        .policy = policy,
                        .sequence = sequence,
                        .reference = fmt::format("order-{}", order),
                        .who = "a till"};
  if (kind == CouponCommand::Kind::Reserve) command.hold_for = kShortestHold * 60;
  if (kind == CouponCommand::Kind::Cancel) command.reason = "sent by mistake";
  return append(home_of(policy), journal::encode(command), "coupon");
}

void AuditFixture::hole(PolicyId policy) { journal_.add_hole(home_of(policy)); }

void AuditFixture::append_random_records(std::uint64_t seed, int records) {
  std::mt19937_64 chance(seed);
  for (int i = 0; i < records; ++i) {
    const PolicyId policy{1 + static_cast<std::int64_t>(chance() % 5)};
    const UserId user{1 + static_cast<std::int64_t>(chance() % 60)};
    const Partition elsewhere = 1 - home_of(policy);
    switch (chance() % 40) {
      case 0: {
        const auto max_count = 1 + static_cast<std::int64_t>(chance() % 30);
        if (policy.value == 5) {
          create_for_codes(policy);
        } else {
          policy.value <= 2 ? create_for_list(policy, max_count) : create(policy, max_count);
        }
        break;
      }
      case 1: append(some_command(policy, chance)); break;
      case 2: append(elsewhere, request(user, policy)); break;
      case 3:
        append(home_of(policy), request(user, policy), "", fmt::format("{}:{}", elsewhere, chance() % 50));
        break;
      case 4: append(home_of(policy), "not json"); break;
      case 5: append(home_of(policy), "{\"version\":1}", "rules"); break;
      case 6: hole(policy); break;
      case 7: append_random_import(PolicyId{6 + static_cast<std::int64_t>(chance() % 9)}, chance); break;
      case 8: advance(milliseconds{50'000}); break;
      case 9: append_random_list(PolicyId{1 + static_cast<std::int64_t>(chance() % 3)}, chance); break;
      case 10: append_random_codes(PolicyId{4 + static_cast<std::int64_t>(chance() % 2)}, chance); break;
      case 11:
      case 12:
      case 13:
      case 14:
      case 15:
      case 16:
        coupon_command(kCouponCommandKinds[chance() % kCouponCommandKinds.size()], policy,
                       1 + static_cast<std::int64_t>(chance() % 12), static_cast<std::int64_t>(chance() % 3));
        break;
      default: issue(user, policy);
    }
    if (chance() % 20 == 0) save(1 + chance() % 9);
  }
  save();
}

void AuditFixture::save(std::size_t records_per_batch) { CHECK(filler_.save(records_per_batch).ok()); }

Result<Report> AuditFixture::try_audit(std::size_t differences_max) {
  NoProgress progress;
  auto reader = store_.make_reader();
  return audit::audit(journal_, **reader, progress, differences_max);
}

Report AuditFixture::audit(std::size_t differences_max) {
  auto report = try_audit(differences_max);
  CHECK(report.ok());
  return std::move(*report);
}

std::vector<std::string> AuditFixture::differences() {
  const Report report = audit();
  std::vector<std::string> texts;
  for (const Difference& difference : report.differences.kept()) texts.push_back(difference.text);
  return texts;
}

}  // namespace firstcome::audit
