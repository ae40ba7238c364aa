#pragma once

#include <array>
#include <string>
#include <string_view>

#include "domain/id_form.h"
#include "journal/journal.h"
#include "store/store.h"
#include "ticket/ticket.h"

namespace firstcome::issuer {

/// An extension attribute of CloudEvents: InstallationKey::name(). It distinguishes two installations that
/// write to one topic by mistake.
inline constexpr std::string_view kInstallationHeader = "ce_installation";

/// Writes the event of an issued coupon: CloudEvents 1.0 in Kafka's binary mode (Kafka Protocol Binding for
/// CloudEvents, 3.2), that is the attributes as headers and the data as value. docs/reference/asyncapi.yaml
/// describes them. The event of a coupon is always the same, except for the
/// form of the ids. One thread.
class CouponEventWriter {
 public:
  /// `source` and the id together identify an event permanently.
  CouponEventWriter(const InstallationKey& key, Incarnations incarnations, std::string source,
                    IdForm ids = IdForm::Number);

  /// The event goes to the home of its policy among `homes` partitions. Valid until the next call.
  journal::Append write(const store::CouponRow& row, std::int32_t homes);

 private:
  enum At : std::size_t { SpecVersion, Type, Source, Id, Time, Subject, ContentType, Installation, kCount };

  const TicketCodec tickets_;
  const std::string source_;
  const IdForm ids_;
  const std::string installation_;
  std::string ticket_;
  std::string time_;
  std::string key_;
  std::string subject_;
  std::string value_;
  std::array<journal::Header, kCount> headers_;
};

}  // namespace firstcome::issuer
