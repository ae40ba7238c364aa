#include "api/code_lookup.h"

#include <utility>

namespace firstcome::api {

Result<std::string> CodeLookup::code_of(const Policy& policy, const store::CouponRow& row,
                                        store::Reader& reader) const {
  if (policy.codes == CodeKind::Imported) {
    const auto lists = snapshots_.code_lists();
    const auto found = lists->find(policy.id);
    if (found == lists->end()) return reader.imported_code(policy.id, row.coupon.sequence);
    return std::string(found->second->code_of(row.coupon.sequence));
  }
  return codes_.code_of(policy, row.coupon, row.era, row.partition);
}

Result<std::string> CodeLookup::code_of(const store::CouponRow& row, store::Reader& reader) {
  const PolicyId id = row.coupon.policy;
  // How a policy makes codes never changes, so an old snapshot and a row read earlier are right.
  if (last_ != nullptr && last_->policy.id == id) return code_of(last_->policy, row, reader);
  if (stored_.id == id) return code_of(stored_, row, reader);
  std::uint64_t version = 0;
  const auto slot = snapshots_.find(id);
  const auto snapshot = slot == nullptr ? nullptr : slot->read(version);
  if (snapshot != nullptr) {
    last_ = snapshot;
    return code_of(snapshot->policy, row, reader);
  }
  ASSIGN_OR_RETURN(auto found, reader.policies(PolicyId{id.value - 1}, 1));
  if (found.empty() || found.front().id != id) {
    return Error::retryable("Policy {} is neither published nor saved yet.", id);
  }
  stored_ = std::move(found.front());
  return code_of(stored_, row, reader);
}

std::string code_of(const CouponCodes& codes, const replica::PolicySnapshot* view, std::int64_t sequence,
                    UserId user) {
  if (view != nullptr && view->codes != nullptr) return std::string(view->codes->code_of(sequence));
  if (view == nullptr || view->histories == nullptr) return {};
  return codes.code_of(view->policy, {view->policy.id, sequence, user, view->histories->at(sequence)});
}

}  // namespace firstcome::api
