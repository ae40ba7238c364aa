#pragma once

#include "audit/difference.h"
#include "audit/start.h"
#include "audit/stored_rows.h"

namespace firstcome::audit {

/// Compares the table eligible_user of one partition with the replay.
class ListComparison {
 public:
  ListComparison(RowsBeforeStart before, const StoredPartition& stored, Differences& differences);

  void listed(const ListedUser& listed);
  /// At the end of the saved records: reports rows that the replay did not make.
  void finish();

 private:
  struct Seen {
    const StoredPolicy* stored;
    std::vector<bool> users;  ///< by index in stored->listed: the replay made it
  };
  void compare(const ListedUser& listed, const StoredListedUser& row);
  void add(PolicyId policy, UserId user, const std::string& text);

  const RowsBeforeStart before_;
  Differences& differences_;
  std::map<PolicyId, Seen> seen_;
};

}  // namespace firstcome::audit
