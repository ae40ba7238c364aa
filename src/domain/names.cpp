#include <charconv>

#include "domain/check.h"
#include "domain/decision.h"
#include "domain/record.h"

namespace firstcome {

std::optional<std::int64_t> parse_id(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  if (text.front() == '0') return std::nullopt;
  return number;
}

std::string_view name_of(PolicyState state) {
  switch (state) {
    case PolicyState::Active: return "ACTIVE";
    case PolicyState::Paused: return "PAUSED";
    case PolicyState::Closed: return "CLOSED";
    case PolicyState::Importing: return "IMPORTING";
  }
  CHECK(false);
}

std::string_view name_of(PolicyCommand::Kind kind) {
  switch (kind) {
    case PolicyCommand::Kind::Create: return "create";
    case PolicyCommand::Kind::Change: return "change";
    case PolicyCommand::Kind::Pause: return "pause";
    case PolicyCommand::Kind::Resume: return "resume";
    case PolicyCommand::Kind::Close: return "close";
    case PolicyCommand::Kind::Import: return "import";
  }
  CHECK(false);
}

std::string_view explain(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::None: return "";
    case RefusalReason::MissingField: return "A new policy needs a name and a maxCount.";
    case RefusalReason::BadName: return "The name must have 1 to 200 bytes.";
    case RefusalReason::BadMaxCount: return "maxCount must be 1 to 1000000000.";
    case RefusalReason::BelowActive: return "maxCount cannot be lower than the number of issued coupons.";
    case RefusalReason::BadPerUserLimit: return "perUserLimit must be 1.";
    case RefusalReason::BadWindow: return "The window must end after it starts.";
    case RefusalReason::BeingImported:
      return "The policy is being imported. Until the import ends, it can only be closed.";
    case RefusalReason::NotImporting: return "The policy is not being imported.";
    case RefusalReason::EmptyChunk: return "Only the last chunk, with count and hash, may have no coupons.";
    case RefusalReason::NotTheNext:
      return "The chunk does not continue the import: first must be issuedCount + 1.";
    case RefusalReason::AboveMaxCount: return "The chunk would exceed maxCount.";
    case RefusalReason::UserTwice: return "A user of this chunk already has a coupon, or appears twice.";
    case RefusalReason::WrongTotal:
      return "count or hash does not match the imported coupons. Close this policy and import again.";
    case RefusalReason::OlderRules: return "Newer rules are already in use.";
    case RefusalReason::NotTheNextOrdinal:
      return "The user does not have the coupon before this ordinal. Request that one first.";
  }
  CHECK(false);
}

}  // namespace firstcome
