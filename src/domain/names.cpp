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

PolicyId policy_of(const Record& record) {
  if (const auto* request = std::get_if<IssueRequest>(&record.content)) return request->policy;
  if (const auto* command = std::get_if<PolicyCommand>(&record.content)) return command->policy;
  if (const auto* coupon = std::get_if<CouponCommand>(&record.content)) return coupon->policy;
  return {};
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

std::string_view name_of(OnCancel on_cancel) { return on_cancel == OnCancel::Return ? "RETURN" : "KEEP"; }

std::string_view name_of(CodeKind codes) {
  switch (codes) {
    case CodeKind::None: return "NONE";
    case CodeKind::Generated: return "GENERATED";
    case CodeKind::Imported: return "IMPORTED";
  }
  CHECK(false);
}

std::string_view name_of(Eligible eligible) { return eligible == Eligible::Everyone ? "EVERYONE" : "LISTED"; }

std::string_view name_of(CouponState state) {
  switch (state) {
    case CouponState::Issued: return "ISSUED";
    case CouponState::Reserved: return "RESERVED";
    case CouponState::Used: return "USED";
    case CouponState::Cancelled: return "CANCELLED";
  }
  CHECK(false);
}

std::string_view name_of(CouponCommand::Kind kind) {
  switch (kind) {
    case CouponCommand::Kind::Reserve: return "reserve";
    case CouponCommand::Kind::Use: return "use";
    case CouponCommand::Kind::Release: return "release";
    case CouponCommand::Kind::Restore: return "restore";
    case CouponCommand::Kind::Cancel: return "cancel";
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
    case PolicyCommand::Kind::List: return "list";
    case PolicyCommand::Kind::Codes: return "codes";
  }
  CHECK(false);
}

bool needs_revision(PolicyCommand::Kind kind) {
  using enum PolicyCommand::Kind;
  return kind == Change || kind == Pause || kind == Resume || kind == Close;
}

std::string_view explain(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::None: return "";
    case RefusalReason::MissingField: return "A new policy needs a name and a maxCount.";
    case RefusalReason::BadName: return "The name must have 1 to 200 bytes.";
    case RefusalReason::BadMaxCount: return "maxCount must be 1 to 1000000000.";
    case RefusalReason::BelowActive: return "maxCount cannot be lower than the number of issued coupons.";
    case RefusalReason::BadPerUserLimit: return "perUserLimit must be 1 to 1000.";
    case RefusalReason::BelowHeld: return "perUserLimit cannot be lower than the coupons that a user holds.";
    case RefusalReason::BadValidFor: return "validFor must be one second to 100 years.";
    case RefusalReason::BadCodes:
      return "Generated codes need a codePrefix of 2 to 12 characters A-Z and 0-9 that begins with a letter. Other codes "
             "have none.";
    case RefusalReason::CodesAreFixed: return "codes and codePrefix cannot change after the creation.";
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
    case RefusalReason::NotListed: return "Everyone can get a coupon of this policy: it has no list.";
    case RefusalReason::ListedAndImported: return "A policy with a list cannot be imported.";
    case RefusalReason::EligibleIsFixed: return "eligible cannot change after the creation.";
    case RefusalReason::NotTheNextListed:
      return "The chunk does not continue the list: first must be listedCount + 1.";
    case RefusalReason::ListTooLong: return "A list has at most 100000000 users.";
    case RefusalReason::EmptyList: return "A chunk of a list must have users.";
    case RefusalReason::AboveCodes:
      return "maxCount is higher than the codes that the policy has. Create it with maxCount 0, add its codes, then "
             "raise maxCount.";
    case RefusalReason::CodesAreSpent:
      return "A policy with imported codes needs onCancel KEEP: the code of a cancelled coupon is not given again.";
    case RefusalReason::CodesAndImported: return "A policy with imported codes cannot be imported.";
    case RefusalReason::CodesNotImported:
      return "This policy has no list of codes: its codes are not imported.";
    case RefusalReason::EmptyCodes: return "A chunk of a list of codes must have codes.";
    case RefusalReason::NotTheNextCode:
      return "The chunk does not continue the list of codes: first must be codeCount + 1.";
    case RefusalReason::OtherCodes: return "The policy has other codes at these numbers.";
    case RefusalReason::TooManyCodes: return "A policy has at most 50000000 codes.";
    case RefusalReason::CodeTwice: return "A code of this chunk is in the policy already, or appears twice.";
    case RefusalReason::OlderRules: return "Newer rules are already in use.";
    case RefusalReason::NotTheNextOrdinal:
      return "The user does not have the coupon before this ordinal. Request that one first.";
    case RefusalReason::TooManyOrdinals:
      return "The user has been issued 10000 coupons of this policy, the most.";
    case RefusalReason::TooManyReferences:
      return "The coupon has accepted commands of 16 references, the most.";
    case RefusalReason::RestoredReference:
      return "The use by this reference was taken back. Use another reference.";
  }
  CHECK(false);
}

}  // namespace firstcome
