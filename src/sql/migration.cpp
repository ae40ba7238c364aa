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
                 "{}: its tables have version {}, but this program supports up to {}: it was written by a "
                 "newer firstcome.",
                 database.name, history.back().version, known.size())
          .with_hint(fmt::format("Run that version, or use {}.", database.instead));
    }
    if (row.version != known[i].version || row.checksum != checksum(known[i])) {
      return Error::permanent(
                 "{}: its tables were made by a different V{} than that of this program ({}): "
                 "another firstcome made them, for instance one from before the first release.",
                 database.name, row.version, known[i].name)
          .with_hint(fmt::format("Run the firstcome that made them, or use {}.", database.instead));
    }
  }
  return history.size();
}

}  // namespace firstcome::sql
