#include "domain/code.h"

#include <array>

#include "domain/check.h"

namespace firstcome {
namespace {

constexpr std::array<CodeName, kCodeCount> kCodes{{
    {Code::None, "NONE", "The journal has no record at this offset."},
    {Code::Success, "SUCCESS", "The coupon is issued to this user."},
    {Code::AlreadyIssued, "ALREADY_ISSUED", "This user holds a coupon of this policy already."},
    {Code::SoldOut, "SOLD_OUT", "Every coupon of this policy is issued."},
    {Code::NotStarted, "NOT_STARTED", "Issuing has not started yet."},
    {Code::Ended, "ENDED", "Issuing has ended."},
    {Code::Paused, "PAUSED", "Issuing is paused."},
    {Code::Closed, "CLOSED", "The policy is closed permanently."},
    {Code::UnknownPolicy, "UNKNOWN_POLICY", "No policy has this id."},
    {Code::Invalid, "INVALID", "The record cannot be read as a request or a command."},
    {Code::Forwarded, "FORWARDED", "The record belongs to another partition and is decided there."},
    {Code::Duplicate, "DUPLICATE", "The record was forwarded here before and is decided already."},
    {Code::Accepted, "ACCEPTED", "The policy command is carried out."},
    {Code::Refused, "REFUSED", "The command or the request cannot be carried out."},
    {Code::Stale, "STALE", "The policy has changed since the revision the command names."},
    {Code::Exists, "EXISTS", "A policy has this id already; ids are never used again."},
    {Code::Rules, "RULES", "From here on the rules of the named version decide."},
    {Code::Unchanged, "UNCHANGED", "The policy is already as the command asks for."},
}};

constexpr bool in_numeric_order() {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (static_cast<std::size_t>(kCodes[i].code) != i) return false;
  }
  return true;
}
static_assert(in_numeric_order());

const CodeName& entry(Code code) {
  const auto index = static_cast<std::size_t>(code);
  CHECK(index < kCodes.size());
  return kCodes[index];
}

}  // namespace

std::span<const CodeName> all_codes() { return kCodes; }
std::string_view name_of(Code code) { return entry(code).name; }
std::string_view meaning_of(Code code) { return entry(code).meaning; }

std::optional<Code> code_from_number(std::uint8_t number) {
  if (number >= kCodes.size()) return std::nullopt;
  return static_cast<Code>(number);
}

}  // namespace firstcome
