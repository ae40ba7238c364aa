#pragma once

#include <array>
#include <string>
#include <string_view>

#include "journal/journal.h"
#include "store/store.h"
#include "ticket/ticket.h"

namespace firstcome::issuer {

/// An extension attribute of CloudEvents: InstallationKey::name(). Two installations that write to one topic
/// by mistake are told apart by it.
inline constexpr std::string_view kInstallationHeader = "ce_installation";

/// Writes the event of an issued coupon: CloudEvents 1.0 in Kafka's binary mode (Kafka Protocol Binding for
/// CloudEvents, 3.2), that is the attributes as headers and the data as value. docs/reference/asyncapi.yaml
/// says what each is. The same coupon always makes the same event. One thread.
class CouponEventWriter {
 public:
  /// `source`: where it happened, with the id the name of an event for ever.
  CouponEventWriter(const InstallationKey& key, Incarnations incarnations, std::string source);

  /// For the home of its policy among `homes`. Valid until the next call.
  journal::Append write(const store::CouponRow& row, std::int32_t homes);

 private:
  enum At : std::size_t { SpecVersion, Type, Source, Id, Time, Subject, ContentType, Installation, kCount };

  const TicketSeal seal_;
  const std::string source_;
  const std::string installation_;
  std::string ticket_;
  std::string time_;
  std::string key_;
  std::string subject_;
  std::string value_;
  std::array<journal::Header, kCount> headers_;
};

}  // namespace firstcome::issuer
