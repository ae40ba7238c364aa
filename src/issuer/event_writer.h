#pragma once

#include <array>
#include <string>
#include <string_view>

#include "domain/id_form.h"
#include "journal/journal.h"
#include "journal/record_json.h"
#include "store/event_outbox.h"
#include "ticket/coupon_code.h"
#include "ticket/ticket.h"

namespace firstcome::issuer {

/// An extension attribute of CloudEvents: InstallationKey::name(). It distinguishes two installations that
/// write to one topic by mistake.
inline constexpr std::string_view kInstallationHeader = "ce_installation";

/// Writes the events: CloudEvents 1.0 in Kafka's binary mode (Kafka Protocol Binding for CloudEvents, 3.2), that is the
/// attributes as headers and the data as value. The trace of the record follows as `traceparent` and `tracestate`.
/// docs/reference/asyncapi.yaml describes them. The event of a row is always the same, except for the form of the ids. One
/// thread.
class EventWriter {
 public:
  /// `source` and the id together identify an event permanently.
  EventWriter(const InstallationKey& key, Incarnations incarnations, std::string source,
              IdForm ids = IdForm::Number);

  /// The event goes to the home of its policy among `homes` partitions. Valid until the next call.
  journal::Append write(const store::SavedEvent& event, std::int32_t homes);

 private:
  enum At : std::size_t { SpecVersion, Type, Source, Id, Time, Subject, ContentType, Installation, kCount };

  void fill(const store::CouponRow& row, const store::SavedEvent& event);
  void fill(const store::CouponChangeRow& row, const store::SavedEvent& event);
  void fill(const store::StoredChange& row);
  void fill(const store::StockChange& change, const store::SavedEvent& event, Partition home);
  /// The subject, and the members that name the coupon.
  void fill_coupon(const store::CouponRow& row, const store::SavedEvent& event);
  void set(std::string_view type, Timestamp time);
  /// An event is identified by the place of its record, and the history to which the place belongs.
  void set_id(Era era, Partition partition, Offset offset, std::string_view suffix = "");

  const TicketCodec tickets_;
  const CouponCodes codes_;
  const Incarnations incarnations_;
  const std::string source_;
  const IdForm ids_;
  const std::string installation_;
  std::string id_;
  std::string time_;
  std::string key_;
  std::string subject_;
  std::string value_;
  std::array<journal::Header, kCount + journal::kTraceHeaders>
      headers_;  ///< those of the trace last, and only if there is one
};

}  // namespace firstcome::issuer
