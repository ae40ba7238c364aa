#include "store/postgres/postgres_store.h"

#include "postgres/postgres_migrations.h"
#include "store/postgres/grants.h"
#include "store/postgres/incarnation.h"
#include "store/postgres/new_era.h"
#include "store/postgres/postgres_create.h"
#include "store/postgres/postgres_outbox.h"
#include "store/postgres/postgres_reader.h"
#include "store/postgres/postgres_reset.h"
#include "store/postgres/postgres_writer.h"
#include "store/postgres/rights.h"

namespace firstcome::sql {
std::span<const Migration> postgres_store_migrations();  // sql/postgres/store, compiled in
}

namespace firstcome::store {
namespace {

postgres::SessionSettings session_settings(const PostgresStoreSettings& settings) {
  return {.connect_timeout = settings.connect_timeout,
          .statement_timeout = settings.statement_timeout,
          .lock_timeout = settings.lock_timeout,
          .idle_in_transaction_timeout = settings.idle_in_transaction_timeout,
          .silence_timeout = settings.silence_timeout,
          .report = settings.report};
}

class DatabaseStore : public PostgresStore {
 public:
  DatabaseStore(postgres::Address address, PostgresStoreSettings settings)
      : address_(std::move(address)), settings_(std::move(settings)) {}

  Status check_may_save() override {
    postgres::DatabaseConnection connection(address_, session(), {});
    return pg::check_may_save(connection);
  }
  Result<bool> create_if_missing(const NewData& data) override {
    postgres::DatabaseConnection connection(address_, session(), pg::create_statements());
    return pg::create_if_missing(connection, data);
  }
  Status add_partitions(Partition first, const std::vector<std::uint64_t>& empty_state_hashes) override {
    postgres::DatabaseConnection connection(address_, session(), pg::create_statements());
    return pg::add_partitions(connection, first, empty_state_hashes);
  }
  Result<std::vector<Position>> begin_era(const NewEra& wanted) override {
    postgres::DatabaseConnection connection(address_, session(), pg::new_era_statements());
    return pg::begin_era(connection, wanted);
  }
  Status reset_partition(Partition partition, std::int32_t homes, const PartitionState& empty) override {
    postgres::SessionSettings patient = session();
    patient.statement_timeout = milliseconds{0};  // the partition may have millions of coupons
    postgres::DatabaseConnection connection(address_, std::move(patient), pg::reset_statements());
    return pg::reset_partition(connection, partition, homes, empty);
  }
  Result<Incarnations> begin_incarnation() override {
    postgres::DatabaseConnection connection(address_, session(), pg::incarnation_statements());
    return pg::begin_incarnation(connection);
  }
  Result<std::unique_ptr<Reader>> make_reader() override {
    auto reader = std::make_unique<PostgresReader>(address_, session());
    RETURN_IF_ERROR(reader->connect());
    return std::unique_ptr<Reader>(std::move(reader));
  }
  Result<std::unique_ptr<Writer>> make_writer() override {
    return std::unique_ptr<Writer>(std::make_unique<PostgresWriter>(address_, saving_session()));
  }
  /// Published positions are committed after their coupons, so a crash of the database that loses coupons
  /// also loses these positions: then events are published again.
  Result<std::unique_ptr<EventOutbox>> make_event_outbox() override {
    auto outbox = std::make_unique<PostgresOutbox>(address_, saving_session());
    RETURN_IF_ERROR(outbox->connect());
    return std::unique_ptr<EventOutbox>(std::move(outbox));
  }
  void interrupt() override { interrupt_->raise(); }

 private:
  [[nodiscard]] postgres::SessionSettings session() const {
    postgres::SessionSettings session = session_settings(settings_);
    session.interrupt = interrupt_;
    return session;
  }
  [[nodiscard]] postgres::SessionSettings saving_session() const {
    postgres::SessionSettings session = this->session();
    if (!settings_.saves_wait_for_disk) session.more = {{"synchronous_commit", "off"}};
    return session;
  }

  const postgres::Address address_;
  const PostgresStoreSettings settings_;
  const std::shared_ptr<postgres::Interrupt> interrupt_ = std::make_shared<postgres::Interrupt>();
};

}  // namespace

Result<std::unique_ptr<PostgresStore>> open_postgres_store(const std::string& address,
                                                           const PostgresStoreSettings& settings) {
  ASSIGN_OR_RETURN(auto parsed, postgres::Address::parse(address));
  postgres::DatabaseConnection connection(parsed, session_settings(settings), {});
  RETURN_IF_ERROR(postgres::check_migrated(connection, sql::postgres_store_migrations()));
  postgres::DatabaseConnection second(parsed, session_settings(settings), {});
  RETURN_IF_ERROR(pg::refuse_transaction_pooler(connection, second));
  return std::unique_ptr<PostgresStore>(std::make_unique<DatabaseStore>(std::move(parsed), settings));
}

Result<std::size_t> migrate_postgres_store(const std::string& address,
                                           const PostgresStoreSettings& settings) {
  ASSIGN_OR_RETURN(auto parsed, postgres::Address::parse(address));
  postgres::SessionSettings session = session_settings(settings);
  session.statement_timeout = milliseconds{0};  // a table may be large
  postgres::DatabaseConnection connection(std::move(parsed), std::move(session), {});
  return postgres::migrate(connection, sql::postgres_store_migrations());
}

Status grant_postgres_rights(const std::string& address, const std::string& edge, const std::string& issuer,
                             const PostgresStoreSettings& settings) {
  ASSIGN_OR_RETURN(auto parsed, postgres::Address::parse(address));
  postgres::DatabaseConnection connection(std::move(parsed), session_settings(settings), {});
  return pg::grant_rights(connection, edge, issuer);
}

}  // namespace firstcome::store
