#include "issuer/event_writer.h"

#include <fmt/core.h>

#include <algorithm>

#include "domain/check.h"
#include "domain/home.h"
#include "text/json_text.h"

namespace firstcome::issuer {
namespace {

struct Words {
  std::string_view type;
  std::string_view time;  ///< name of the member with the time
};

/// Holds have no events: they end by the clock, without a record.
Words words_of(CouponCommand::Kind kind) {
  switch (kind) {
    case CouponCommand::Kind::Use: return {"firstcome.coupon.used.v1", "usedAt"};
    case CouponCommand::Kind::Restore: return {"firstcome.coupon.restored.v1", "restoredAt"};
    case CouponCommand::Kind::Cancel: return {"firstcome.coupon.cancelled.v1", "cancelledAt"};
    case CouponCommand::Kind::Reserve:
    case CouponCommand::Kind::Release: break;
  }
  CHECK(false);
}

/// The command as the history has it, with its policy id in the form of the other ids. In JSON only a name can begin so: a
/// quote within a string has a backslash before it.
void append_command(std::string_view command, IdForm ids, std::string& out) {
  constexpr std::string_view kName = R"(,"policyId":)";
  const std::size_t name = command.find(kName);
  if (ids == IdForm::Number || name == std::string_view::npos) {
    out += command;
    return;
  }
  const std::size_t id = name + kName.size();
  const std::size_t end = std::min(command.find_first_not_of("0123456789", id), command.size());
  out += command.substr(0, id);
  out += '"';
  out += command.substr(id, end - id);
  out += '"';
  out += command.substr(end);
}

}  // namespace

EventWriter::EventWriter(const InstallationKey& key, Incarnations incarnations, std::string source,
                         IdForm ids)
    : tickets_(key, incarnations),
      codes_(key, incarnations),
      incarnations_(std::move(incarnations)),
      source_(std::move(source)),
      ids_(ids),
      installation_(key.name()) {
  headers_[SpecVersion] = {"ce_specversion", "1.0"};
  headers_[Source] = {"ce_source", source_};
  headers_[ContentType] = {"content-type", "application/json"};
  headers_[Installation] = {"ce_installation", installation_};
}

journal::Append EventWriter::write(const store::SavedEvent& event, std::int32_t homes) {
  const Partition partition = home(event.policy, homes);
  key_ = std::to_string(event.policy.value);
  subject_ = "policies/" + key_;
  id_.clear();
  time_.clear();
  value_ = "{";
  text::append_id("policyId", event.policy.value, ids_, value_);
  if (const auto* stock = std::get_if<store::StockChange>(&event.what)) {
    fill(*stock, event, partition);
  } else if (const auto* coupon = std::get_if<store::CouponRow>(&event.what)) {
    fill(*coupon, event);
  } else if (const auto* coupon_change = std::get_if<store::CouponChangeRow>(&event.what)) {
    fill(*coupon_change, event);
  } else {
    fill(std::get<store::StoredChange>(event.what));
  }
  value_ += '}';
  headers_[Id] = {"ce_id", id_};
  headers_[Time] = {"ce_time", time_};
  headers_[Subject] = {"ce_subject", subject_};
  journal::Append append;
  append.partition = partition;
  append.key = key_;
  append.value = value_;
  std::size_t count = kCount;
  if (event.trace) count += journal::write_trace(*event.trace, std::span(headers_).subspan(kCount));
  append.headers = {headers_.data(), count};
  return append;
}

void EventWriter::fill(const store::CouponRow& row, const store::SavedEvent& event) {
  const Coupon& coupon = row.coupon;
  set("firstcome.coupon.issued.v1", coupon.issued_at);
  tickets_.append({.era = row.era,
                   .policy = coupon.policy,
                   .user = coupon.user,
                   .partition = row.partition,
                   .offset = coupon.offset,
                   .ordinal = coupon.user_ordinal},
                  id_);
  fill_coupon(row, event);
  text::append_member("issuedAt", std::string_view(time_), value_);
  text::append_member("ticket", std::string_view(id_), value_);
}

void EventWriter::fill(const store::CouponChangeRow& row, const store::SavedEvent& event) {
  const CouponChange& change = row.stored.change;
  const Words words = words_of(change.kind);
  set(words.type, change.at);
  set_id(row.stored.era, row.stored.partition, change.offset);
  fill_coupon(row.coupon, event);
  text::append_member("reference", std::string_view(change.reference), value_);
  text::append_member(words.time, std::string_view(time_), value_);
  if (!change.reason.empty()) text::append_member("reason", std::string_view(change.reason), value_);
  text::append_member("who", std::string_view(change.who), value_);
}

void EventWriter::fill_coupon(const store::CouponRow& row, const store::SavedEvent& event) {
  const Coupon& coupon = row.coupon;
  subject_ += "/coupons/" + std::to_string(coupon.sequence);
  text::append_id("userId", coupon.user.value, ids_, value_);
  text::append_member("sequence", coupon.sequence, value_);
  text::append_member("ordinal", coupon.user_ordinal, value_);
  const Policy policy{.id = coupon.policy, .codes = event.codes, .code_prefix = event.code_prefix};
  const std::string code = event.codes == CodeKind::Imported
                               ? event.imported_code
                               : codes_.code_of(policy, coupon, row.era, row.partition);
  if (!code.empty()) text::append_member("code", code, value_);
}

void EventWriter::fill(const store::StoredChange& row) {
  const store::PolicyChangeRow& change = row.change;
  const bool is_new = change.revision == 1;
  set(is_new ? "firstcome.policy.created.v1" : "firstcome.policy.changed.v1", change.at);
  set_id(row.era, row.partition, change.offset);
  text::append_member("revision", change.revision, value_);
  text::append_member(is_new ? "createdAt" : "changedAt", std::string_view(time_), value_);
  text::append_key("command", value_);
  append_command(change.command, ids_, value_);
}

/// The record at this place has its own event, so the id needs a suffix.
void EventWriter::fill(const store::StockChange& change, const store::SavedEvent& event, Partition home) {
  const bool sold_out = change.stock.is_sold_out();
  set(sold_out ? "firstcome.policy.soldout.v1" : "firstcome.policy.reopened.v1", event.mark.at);
  set_id(event.mark.place.era, home, event.mark.place.offset, sold_out ? "-soldout" : "-reopened");
  text::append_member("maxCount", change.stock.max_count, value_);
  text::append_member("activeCount", change.stock.active_count, value_);
}

void EventWriter::set(std::string_view type, Timestamp time) {
  headers_[Type] = {"ce_type", type};
  append_rfc3339(time, time_);
}

void EventWriter::set_id(Era era, Partition partition, Offset offset, std::string_view suffix) {
  id_ = fmt::format("{:x}-{}-{}-{}{}", incarnations_.at(era, partition, offset), era, partition, offset,
                    suffix);
}

}  // namespace firstcome::issuer
