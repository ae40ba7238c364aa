#pragma once

#include "audit/explain.h"
#include "audit/start.h"

namespace firstcome::audit {

/// Decides the records of a policy's home partition and keeps what belongs to the explanation.
class ExplainReplay {
 public:
  ExplainReplay(Explanation& explanation, Start start, const StoredPartition& stored, Given given);

  [[nodiscard]] std::int32_t rules() const { return decider_.rules(); }
  Status tell(const journal::RawRecord& raw, const Record& record);
  void finish();

 private:
  void load(const StoredPartition& stored, Given given);
  bool hear_of_coupons(const PolicyCommand& command, Offset offset);
  void request(const journal::RawRecord& raw, const Record& record, const IssueRequest& request,
               const Decision& decision);
  std::string why(const Decision& decision, std::int64_t arrival) const;
  [[nodiscard]] std::string why_sold_out(std::int64_t arrival) const;
  [[nodiscard]] const Event* last_command(PolicyCommand::Kind kind) const;

  Explanation& story_;
  decide::Decider decider_;
  std::optional<Issued> last_issued_;
};

}  // namespace firstcome::audit
