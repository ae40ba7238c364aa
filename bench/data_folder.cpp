#include "data_folder.h"

#include <fmt/core.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "journal/record_json.h"
#include "journal/sqlite/sqlite_journal.h"
#include "measurement.h"
#include "store/sqlite/sqlite_store.h"
#include "test/kits/audit/store_filler.h"

namespace firstcome::bench {
namespace {

namespace fs = std::filesystem;

constexpr PolicyId kPolicy{1};

struct Ignored : journal::AcknowledgementSink {
  void acknowledged(std::span<const journal::Acknowledgement>) override {}
};

const InstallationKey kKey;

class Records {
 public:
  explicit Records(journal::Journal& journal) : appender_(journal.make_appender(sink_)) {}

  void create(std::int64_t stock) {
    append("policy", journal::encode(PolicyCommand{
                         .policy = kPolicy, .name = "bench", .max_count = stock, .who = "bench"}));
  }

  void request(std::int64_t records, std::int64_t users) {
    std::mt19937_64 chance(7);
    std::vector<UserId> ids;
    for (std::int64_t i = 0; i < users; ++i) ids.emplace_back(static_cast<std::int64_t>(chance() >> 2) + 1);
    std::string value;
    for (std::int64_t i = 0; i < records; ++i) {
      value.clear();
      const auto user = static_cast<std::size_t>(i % users);
      journal::encode(IssueRequest{ids[user], kPolicy, kSender + static_cast<std::uint64_t>(i)},
                      from_millis(1'795'442'400'000 + i / 40), value);
      append({.key = "1", .value = value});
    }
  }

  void use(std::int64_t coupons) {
    for (std::int64_t sequence = 1; sequence <= coupons; ++sequence) {
      append("coupon", journal::encode(CouponCommand{.kind = CouponCommand::Kind::Use,
                                                     .policy = kPolicy,
                                                     .sequence = sequence,
                                                     .reference = fmt::format("order-{:014}", sequence),
                                                     .who = "bench",
                                                     .sequence_number = kSender}));
    }
  }

 private:
  static constexpr std::uint64_t kSender = std::uint64_t{0xabcdef} << 39;

  void append(const journal::Append& record) {
    while (!appender_->try_append(record)) std::this_thread::yield();
  }
  void append(std::string_view kind, const std::string& value) {
    journal::Header headers[2] = {{journal::kKindHeader, kind}};
    const std::string mac = mac_.compute(0, "1", value, {headers, 1});
    headers[1] = {journal::kMacHeader, mac};
    append({.key = "1", .value = value, .headers = headers});
  }

  Ignored sink_;
  std::unique_ptr<journal::Appender> appender_;
  const journal::RecordMac mac_{kKey, 1};
};

}  // namespace

DataFolder::DataFolder(std::string_view program) {
  std::string path = (fs::temp_directory_path() / (std::string(program) + "-XXXXXX")).string();
  must(mkdtemp(path.data()) != nullptr, "no temporary folder");
  path_ = path;
}

DataFolder::~DataFolder() {
  std::error_code ignored;  // the system removes leftovers in its temporary folder
  fs::remove_all(path_, ignored);
}

void DataFolder::fill(std::int64_t records, std::int64_t users, std::int64_t stock, std::int64_t used) {
  auto journal = journal::open_sqlite_journal(this->journal(), {.partitions = 1});
  must(journal.ok(), "no journal");
  {
    Records all(**journal);
    all.create(stock);
    all.request(records, users);
    all.use(used);
  }
  auto store = store::open_sqlite_store(this->store());
  must(store.ok(), "no store");
  must((*store)->create_if_missing({(*journal)->identity(), {decide::Decider(0, 1).hash()}, kKey}).ok(),
       "no settings");
  audit::StoreFiller filler(**journal, **store);
  const Status saved = filler.save(500);
  must(saved.ok(), saved.ok() ? "" : saved.error().message);
}

}  // namespace firstcome::bench
