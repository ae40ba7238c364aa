#include "data_folder.h"

#include <cstdlib>
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

void append_all(journal::Journal& journal, std::int64_t records, std::int64_t users, std::int64_t stock) {
  Ignored sink;
  const auto appender = journal.make_appender(sink);
  const auto append = [&](const std::string& value, std::span<const journal::Header> headers) {
    const journal::Append one{.key = "1", .value = value, .headers = headers};
    while (!appender->try_append(one)) std::this_thread::yield();
  };
  const std::string create =
      journal::encode(PolicyCommand{.policy = kPolicy, .name = "bench", .max_count = stock, .who = "bench"});
  journal::Header headers[2] = {{journal::kKindHeader, "policy"}};
  const std::string mac = journal::RecordMac(kKey, 1).compute(0, "1", create, {headers, 1});
  headers[1] = {journal::kMacHeader, mac};
  append(create, headers);
  std::mt19937_64 chance(7);
  std::vector<UserId> ids;
  for (std::int64_t i = 0; i < users; ++i) ids.emplace_back(static_cast<std::int64_t>(chance() >> 2) + 1);
  std::string value;
  for (std::int64_t i = 0; i < records; ++i) {
    value.clear();
    const auto user = static_cast<std::size_t>(i % users);
    journal::encode(
        IssueRequest{ids[user], kPolicy, (std::uint64_t{0xabcdef} << 39) + static_cast<std::uint64_t>(i)},
        from_millis(1'795'442'400'000 + i / 40), value);
    append(value, {});
  }
}

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

void DataFolder::fill(std::int64_t records, std::int64_t users, std::int64_t stock) {
  auto journal = journal::open_sqlite_journal(this->journal(), {.partitions = 1});
  must(journal.ok(), "no journal");
  append_all(**journal, records, users, stock);
  auto store = store::open_sqlite_store(this->store());
  must(store.ok(), "no store");
  must((*store)->create_if_missing({(*journal)->identity(), {decide::Decider(0, 1).hash()}, kKey}).ok(),
       "no settings");
  audit::StoreFiller filler(**journal, **store);
  const Status saved = filler.save(500);
  must(saved.ok(), saved.ok() ? "" : saved.error().message);
}

}  // namespace firstcome::bench
