#include "node/log_check.h"

#include "journal/same_log.h"

namespace firstcome::node {

Status check_log(journal::Journal& journal, const store::Position& position) {
  if (!position.has_checksum) return Done{};
  const auto same = journal::compare_log(
      journal, {position.partition, position.next_offset - 1, position.checksum}, position.next_offset);
  if (!same.ok()) return same.error();
  return Done{};
}

}  // namespace firstcome::node
