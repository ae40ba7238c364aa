#include "store/sqlite/create.h"

#include <sodium.h>

#include <array>

#include "store/sqlite/rows.h"

namespace firstcome::store {
namespace {

constexpr Era kFirstEra = 1;

std::string fresh_ticket_key() {
  CHECK(sodium_init() >= 0);
  std::array<unsigned char, 16> key{};
  randombytes_buf(key.data(), key.size());
  std::array<char, 2 * key.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), key.data(), key.size());
  return hex.data();
}

Status insert_settings(sqlite::Database& database, const NewData& data) {
  auto insert = database.prepare("INSERT INTO setting(key, value) VALUES (?1, ?2)");
  if (!insert.ok()) return insert.error();
  const std::pair<std::string_view, std::string> rows[] = {
      {"partition_count", std::to_string(data.empty_state_hashes.size())},
      {"era", std::to_string(kFirstEra)},
      {"cluster_id", data.journal_identity},
      {"ticket_key", fresh_ticket_key()},
  };
  for (const auto& [key, value] : rows) {
    insert->bind_text(1, key);
    insert->bind_text(2, std::string_view(value));
    if (!insert->run()) return database.error();
  }
  return Done{};
}

Status insert_positions(sqlite::Database& database, const NewData& data) {
  auto insert = database.prepare(
      "INSERT INTO journal_position(partition, era, next_offset, clock, rules, origin_marks, state_hash) "
      "VALUES (?1, ?2, 0, ?3, ?4, '', ?5)");
  if (!insert.ok()) return insert.error();
  const PartitionState empty;
  for (std::size_t partition = 0; partition < data.empty_state_hashes.size(); ++partition) {
    insert->bind(1, static_cast<std::int64_t>(partition));
    insert->bind(2, std::int64_t{kFirstEra});
    insert->bind(3, to_millis(empty.clock));
    insert->bind(4, std::int64_t{empty.rules});
    insert->bind(5, hash_to_integer(data.empty_state_hashes[partition]));
    if (!insert->run()) return database.error();
  }
  return Done{};
}

}  // namespace

Result<bool> create_if_missing(sqlite::Database& database, const NewData& data) {
  CHECK(!data.empty_state_hashes.empty());
  sqlite::Transaction transaction(database);
  if (auto begun = transaction.begin(sqlite::Transaction::Kind::Write); !begun.ok()) return begun.error();
  auto settings = database.integer("SELECT count(*) FROM setting");
  if (!settings.ok()) return settings.error();
  if (settings->value_or(0) != 0) return false;
  if (auto inserted = insert_settings(database, data); !inserted.ok()) return inserted.error();
  if (auto inserted = insert_positions(database, data); !inserted.ok()) return inserted.error();
  if (auto committed = transaction.commit(); !committed.ok()) return committed.error();
  return true;
}

}  // namespace firstcome::store
