#include "sql/migration.h"

#include <boost/crc.hpp>

namespace firstcome::sql {

std::int64_t checksum(const Migration& migration) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;  // CRC-32C
  crc.process_bytes(migration.sql.data(), migration.sql.size());
  return crc.checksum();
}

Result<std::size_t> count_applied(std::span<const AppliedMigration> history, std::span<const Migration> known,
                                  const DatabaseName& database) {
  for (std::size_t i = 0; i < history.size(); ++i) {
    const AppliedMigration& row = history[i];
    if (i >= known.size()) {
      return Error::permanent(
          "{}: its tables have version {}, this program knows up to {}: it was written by a newer firstcome; "
          "run that one, or name {}",
          database.name, history.back().version, known.size(), database.instead);
    }
    if (row.version != known[i].version || row.checksum != checksum(known[i])) {
      return Error::permanent(
          "{}: its tables were made by another V{} than this program's ({}): run the firstcome that made "
          "them, or name {}",
          database.name, row.version, known[i].name, database.instead);
    }
  }
  return history.size();
}

}  // namespace firstcome::sql
