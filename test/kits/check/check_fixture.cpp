#include "test/kits/check/check_fixture.h"

#include <algorithm>

#include <fmt/core.h>

namespace firstcome::check {
namespace {

Moment at(int ms) { return milliseconds{ms}; }
Timestamp issued(int sequence) { return Timestamp{milliseconds{1'000 + sequence}}; }

std::string request(std::int64_t user, std::int64_t number) {
  return fmt::format(R"({{"userId":{},"policyId":7,"sequenceNumber":{}}})", user, number);
}

CouponFact coupon_row(int sequence, std::int64_t user, Offset offset) {
  Coupon coupon;
  coupon.policy = kPolicy;
  coupon.sequence = sequence;
  coupon.user = UserId{user};
  coupon.issued_at = issued(sequence);
  coupon.offset = offset;
  return {coupon, 0};
}

constexpr std::string_view kCreate =
    R"({"command":"create","policyId":7,"name":"Noon","maxCount":2,"who":"o","sequenceNumber":900})";

}  // namespace

std::string_view name_of(Given given) {
  switch (given) {
    case Given::HistoryAlone: return "the history alone";
    case Given::Store: return "the store";
    case Given::StoreAndJournal: return "the store and the journal";
  }
  return {};
}

RowBuilder::RowBuilder(RequestKind request, std::int64_t user, int sent, int answered) {
  row_.request = request;
  row_.policy = kPolicy;
  row_.user = UserId{user};
  row_.sent = at(sent);
  if (answered != 0) row_.answered = at(answered);
}
RowBuilder& RowBuilder::pending(Offset offset) {
  row_.response = ResponseKind::Pending;
  row_.set_place(PlaceKind::Ticket, {0, offset});
  return *this;
}
RowBuilder& RowBuilder::decided(Code code, Offset offset) {
  row_.response = ResponseKind::Decided;
  row_.code = code;
  row_.set_place(PlaceKind::Ticket, {0, offset});
  return *this;
}
RowBuilder& RowBuilder::early(Code code, Offset as_of) {
  decided(code, as_of);
  row_.place_kind = PlaceKind::AsOf;
  return *this;
}
RowBuilder& RowBuilder::coupon(int sequence) {
  row_.sequence = sequence;
  row_.issued_at = issued(sequence);
  return *this;
}
RowBuilder& RowBuilder::not_appended() {
  row_.response = ResponseKind::NotAppended;
  return *this;
}
RowBuilder& RowBuilder::not_found(Offset offset) {
  row_.response = ResponseKind::NotFound;
  row_.set_place(PlaceKind::Ticket, {0, offset});
  return *this;
}

RowBuilder press(std::int64_t user, int sent, int answered) {
  return {RequestKind::Coupon, user, sent, answered};
}
RowBuilder ask_ticket(std::int64_t user, int sent, int answered) {
  return {RequestKind::Ticket, user, sent, answered};
}

HistoryRow command(PolicyCommand::Kind kind, int sent, int answered, int max_count, int revision) {
  HistoryRow row = RowBuilder(RequestKind::Command, 0, sent, answered);
  row.command = kind;
  row.response = answered == 0 ? ResponseKind::Unknown : ResponseKind::Decided;
  row.code = Code::Accepted;
  row.max_count = max_count;
  row.revision = revision;
  return row;
}

CheckFixture::CheckFixture() {
  add(command(PolicyCommand::Kind::Create, 0, 5, 2, 1));
  add(press(1, 10, 20).decided(Code::Success, 1).coupon(1));
  add(press(2, 12, 25).pending(2));
  add(ask_ticket(2, 30, 31).decided(Code::Success, 2).coupon(2));
  add(press(3, 40, 50).decided(Code::SoldOut, 3));
  add(press(1, 60, 70).early(Code::AlreadyIssued, 4).coupon(1));
  add(press(4, 61, 0));  // no response, but the journal has it
  add(press(5, 62, 80).not_appended());
  add(press(6, 90, 95).early(Code::SoldOut, 5));

  journal = {{std::string(kCreate), true},
             {request(1, 901)},
             {request(2, 902)},
             {request(3, 903)},
             {request(4, 904)}};

  Policy policy;
  policy.id = kPolicy;
  policy.name = "Noon";
  policy.max_count = policy.active_count = policy.issued_count = 2;
  policy.revision = 1;
  policy.newest_issued_at = issued(2);
  store.policies = {policy};
  store.coupons = {coupon_row(1, 1, 1), coupon_row(2, 2, 2)};
  store.changes = {{kPolicy, 1, 0, issued(0), std::string(kCreate)}};
  PartitionState state;
  state.clock = issued(4);
  store.positions = {{0, 5, state, ""}};
  PartitionState before;
  before.clock = issued(2);
  store.batches = {{0, 0, {12, 1, 1}, before}, {0, 3, {3, 3}, state}};
  evidence.at_rest = true;
}

void CheckFixture::import_first_coupon() {
  const ImportedCoupon coupon{UserId{1}, issued(1)};
  const std::string head = R"({"command":"import","policyId":7,"first":1,)";
  const std::string tail = R"("count":1,"hash":")" + format_import_hash(hash_of_imported(1, coupon)) +
                           R"(","who":"o","sequenceNumber":901})";
  std::string create(kCreate);
  create.insert(create.size() - 1, R"(,"importing":true)");
  journal[0].value = create;
  journal[1] = {head + R"("coupons":[[1,1001]],)" + tail, true};
  line(2) = command(PolicyCommand::Kind::Import, 10, 20, 2, 2);
  store.changes.push_back({kPolicy, 2, 1, issued(1), head + R"("couponsLeftOut":1,)" + tail});
  store.policies[0].revision = 2;
  store.batches[0].codes[1] = static_cast<std::uint8_t>(Code::Accepted);
}

CouponFact& CheckFixture::coupon_of(std::int64_t user) {
  return *std::find_if(store.coupons.begin(), store.coupons.end(),
                       [&](const CouponFact& fact) { return fact.coupon.user.value == user; });
}

Report CheckFixture::judge_with(Given given, std::size_t texts_max) const {
  NaiveModel model(1, 1);
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const RecordHeader kind{"kind", "policy"};
    JournalRecord record;
    record.offset = static_cast<Offset>(i);
    record.timestamp = issued(static_cast<int>(i));
    record.value = journal[i].value;
    if (journal[i].is_command) record.headers = {&kind, 1};
    model.add(0, record);
  }
  Evidence all = evidence;
  if (given != Given::HistoryAlone) all.store = store;
  if (given == Given::StoreAndJournal) {
    all.journal = &model;
    all.dead_letters = dead_letters;
  }
  return judge(all, texts_max);
}

void CheckFixture::expect_found(Invariant check, const std::string& text,
                                const std::vector<Given>& ways) const {
  for (const Given given : ways) {
    const Report report = judge_with(given);
    const auto& first = report.of(check).first;
    const bool found = std::any_of(first.begin(), first.end(), [&](const std::string& violation) {
      return violation.find(text) != std::string::npos;
    });
    EXPECT_TRUE(found) << "given " << name_of(given) << ", " << check::name_of(check) << " does not report \""
                       << text << "\":\n"
                       << as_table(report);
  }
}

void CheckFixture::expect_clean() const {
  for (const Given given : kAllWays) {
    const Report report = judge_with(given);
    EXPECT_TRUE(report.clean()) << "given " << name_of(given) << ":\n" << as_table(report);
  }
}

}  // namespace firstcome::check
