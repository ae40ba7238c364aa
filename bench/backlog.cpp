// Makes backlogs for an issuer, and measures the peer of saving one:
//
//   backlog fill kafka://HOST:PORT/TOPIC REQUESTS [N] REQUESTS requests for policy 1, of users from the N-th on
//   backlog shop-by-policy kafka://… REQUESTS         the same for policies 1 to 6, as from Java
//   backlog shop-by-sequence kafka://… REQUESTS       the same with the wrong key, which distributes them
//   backlog copy postgresql://… ROWS                  only the batches that an issuer would save
//
// A node must have created the policies: their commands need its key.
//
// `copy` first makes the bytes of all batches. Then it measures the time of the database for them: one
// transaction per batch, of the size of an issuer's, into the same table. It prints {"rows", "seconds"}.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include "domain/home.h"
#include "journal/kafka/kafka_address.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/record_json.h"
#include "postgres/database_connection.h"
#include "store/postgres/batch_rows.h"
#include "store/postgres/postgres_rows.h"

namespace {

using namespace firstcome;

constexpr PolicyId kPolicy{1};
constexpr std::size_t kBatch = 16'384;  // as in issuer::Issuer::Settings
constexpr std::int64_t kFirstUser = 100'000'000;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "backlog: %s\n", what.c_str());
  std::exit(1);
}

class Tally : public journal::AcknowledgementSink {
 public:
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override {
    const std::lock_guard lock(mutex_);
    for (const auto& one : acknowledgements) {
      if (one.outcome != journal::AppendOutcome::Appended) fail("a record was lost");
    }
    acknowledged_ += acknowledgements.size();
    changed_.notify_all();
  }
  void wait_for(std::uint64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return acknowledged_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t acknowledged_ = 0;
};

class Filler {
 public:
  explicit Filler(const std::string& address)
      : journal_(open(address)), appender_(journal_->make_appender(tally_)) {}

  [[nodiscard]] std::int32_t partitions() const { return journal_->partitions(); }
  void append(const journal::Append& append) {
    while (!appender_->try_append(append)) std::this_thread::yield();
    ++appended_;
  }
  void finish() { tally_.wait_for(appended_); }

 private:
  static std::unique_ptr<journal::Journal> open(const std::string& address) {
    journal::KafkaSettings settings;
    if (const Status read = journal::read_kafka_address(address, settings); !read.ok())
      fail(read.error().message);
    auto opened = journal::open_kafka_journal(settings);
    if (!opened.ok()) fail(opened.error().message);
    return std::move(*opened);
  }

  Tally tally_;
  std::uint64_t appended_ = 0;
  const std::unique_ptr<journal::Journal> journal_;
  const std::unique_ptr<journal::Appender> appender_;
};

void fill(const std::string& address, std::int64_t requests, std::int64_t earlier) {
  Filler filler(address);
  const std::string key = std::to_string(kPolicy.value);
  const Partition partition = home(kPolicy, filler.partitions());
  std::string value;
  for (std::int64_t i = 0; i < requests; ++i) {
    value.clear();
    const IssueRequest request{.user = UserId{kFirstUser + earlier + i},
                               .policy = kPolicy,
                               .sequence_number = static_cast<std::uint64_t>(earlier + i) + 1};
    journal::encode(request, from_millis(0), value);
    filler.append({.partition = partition, .key = key, .value = value});
  }
  filler.finish();
}

/// As kafka-clients and Jackson write them: the key determines the partition. Every request is granted.
void fill_as_shop(const std::string& address, std::int64_t requests, bool by_policy) {
  constexpr std::int64_t kPolicies = 6;  // with homes in all three partitions
  Filler filler(address);
  for (std::int64_t i = 0; i < requests; ++i) {
    const std::string policy = std::to_string(1 + i % kPolicies);
    const std::string sequence = std::to_string(i + 1);
    const std::string& key = by_policy ? policy : sequence;
    const std::string value = R"({"userId":)" + std::to_string(kFirstUser + i) + R"(,"policyId":)" + policy +
                              R"(,"requestedAt":"2026-11-23T14:00:00.123456789","sequenceNumber":)" +
                              sequence + '}';
    const auto partition =
        static_cast<Partition>((murmur2(key) & 0x7fffffff) % static_cast<std::uint32_t>(filler.partitions()));
    filler.append({.partition = partition, .key = key, .value = value});
  }
  filler.finish();
}

/// The coupons of the batches as COPY data.
std::vector<std::string> make_batches(std::int64_t rows) {
  std::vector<std::string> batches;
  for (std::int64_t row = 0; row < rows;) {
    store::Batch batch;
    for (; row < rows && batch.coupons.size() < kBatch; ++row) {
      batch.coupons.push_back({.policy = kPolicy,
                               .sequence = row + 1,
                               .user = UserId{kFirstUser + row},
                               .issued_at = from_millis(1'800'000'000'000 + row / 100),
                               .offset = row});
    }
    batches.push_back(store::pg::coupon_rows(batch).bytes());
  }
  return batches;
}

void must(const Status& status) {
  if (!status.ok()) fail(status.error().message);
}

void copy(const std::string& address, std::int64_t rows) {
  auto parsed = postgres::Address::parse(address);
  if (!parsed.ok()) fail(parsed.error().message);
  postgres::DatabaseConnection database(std::move(*parsed), {.more = {{"synchronous_commit", "off"}}}, {});
  must(database.ensure());
  const std::vector<std::string> batches = make_batches(rows);
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& batch : batches) {
    must(database.execute("BEGIN"));
    must(
        database.copy_in("COPY firstcome.coupon(" FIRSTCOME_PG_COUPON ") FROM STDIN (FORMAT binary)", batch));
    must(database.execute("COMMIT"));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("{\"rows\": %lld, \"seconds\": %.3f}\n", static_cast<long long>(rows), took.count());
}

}  // namespace

int main(int count, char** words) {
  const std::string command = count == 4 || count == 5 ? words[1] : "";
  const std::int64_t number = count >= 4 ? std::atoll(words[3]) : 0;
  if (command == "fill" && number > 0) {
    fill(words[2], number, count == 5 ? std::atoll(words[4]) - 1 : 0);
  } else if ((command == "shop-by-policy" || command == "shop-by-sequence") && number > 0) {
    fill_as_shop(words[2], number, command == "shop-by-policy");
  } else if (command == "copy" && number > 0) {
    copy(words[2], number);
  } else {
    std::fprintf(
        stderr,
        "usage: backlog fill|shop-by-policy|shop-by-sequence kafka://HOST:PORT/TOPIC REQUESTS | copy "
        "postgresql://… ROWS\n");
    return 2;
  }
  return 0;
}
