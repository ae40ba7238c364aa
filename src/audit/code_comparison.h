#pragma once

#include <map>
#include <vector>

#include "audit/difference.h"
#include "audit/start.h"
#include "audit/stored_rows.h"

namespace firstcome::audit {

/// Compares the table coupon_code of one partition with the replay. Differences name the sequence, not the code.
class CodeComparison {
 public:
  CodeComparison(RowsBeforeStart before, const StoredPartition& stored, Differences& differences);

  void added(const ImportedCode& code);
  /// At the end of the saved records: reports rows that the replay did not make.
  void finish();

 private:
  struct Seen {
    const StoredPolicy* stored;
    std::vector<bool> rows;  ///< by index in stored->codes: the replay made it
  };
  void add(PolicyId policy, std::int64_t sequence, const std::string& text);

  const RowsBeforeStart before_;
  Differences& differences_;
  std::map<PolicyId, Seen> seen_;
};

}  // namespace firstcome::audit
