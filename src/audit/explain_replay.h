#pragma once

#include "audit/explain.h"
#include "audit/start.h"

namespace firstcome::audit {

/// Decides the records of the policy's home partition and collects the events of the explanation.
class ExplainReplay {
 public:
  ExplainReplay(Explanation& explanation, Start start, const StoredPartition& stored, RowsBeforeStart before);

  [[nodiscard]] std::int32_t rules() const { return decider_.rules(); }
  Status apply(const journal::RawRecord& raw, const Record& record);
  void finish();

 private:
  void load(const StoredPartition& stored, RowsBeforeStart before);
  bool add_imported_coupons(const PolicyCommand& command, Offset offset);
  void add_request(const journal::RawRecord& raw, const Record& record, const IssueRequest& request,
                   const Decision& decision);
  std::string reason(const Decision& decision, std::int64_t arrival) const;
  [[nodiscard]] std::string sold_out_reason(std::int64_t arrival) const;
  /// " at offset 17, 2 ms earlier" for the last command of this kind, or " earlier" if it is not known.
  [[nodiscard]] std::string when(PolicyCommand::Kind kind) const;

  Explanation& explanation_;
  decide::Decider decider_;
  std::optional<IssuedCoupon> last_issued_;
};

}  // namespace firstcome::audit
