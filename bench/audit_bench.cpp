// The cost of an audit, compared with only reading the same data.
//
//   audit_bench [--rounds N] [--records N] [--only NAME] [--json]
//
// Three journals of a million records, in SQLite files as `firstcome serve` writes them, each with its store:
//   winners     a million users, one coupon each
//   twice       half a million users with two requests each, one coupon each
//   losers      a million users for a thousand coupons
// Each round runs, one after the other:
//   read        the readers of the audit: every row of the store, every record of the journal
//   audit       the audit: reads the same, decides every record again, compares every row
// Ratios are computed within a round. Every audit must find no difference. Memory: the peak growth of the
// process during an audit, per coupon.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "data_folder.h"
#include "journal/sqlite/sqlite_journal_reader.h"
#include "measurement.h"
#include "options.h"
#include "store/sqlite/sqlite_store.h"

namespace {

using namespace firstcome;
using bench::DataFolder;
using bench::must;
using bench::print;
using bench::seconds;
using bench::spread;
using bench::Spread;

struct Workload {
  std::string_view name;
  std::int64_t users;  ///< a thousandth of the records
  std::int64_t stock;
};
constexpr Workload kWorkloads[] = {{"winners", 1000, 1000}, {"twice", 500, 500}, {"losers", 1000, 1}};

struct Counted : store::RowSink {
  std::int64_t rows = 0;
  void position(const store::Position&) override { ++rows; }
  void policy(const Policy&) override { ++rows; }
  void change(const store::StoredChange&) override { ++rows; }
  void batch(store::BatchRow) override { ++rows; }
  void coupon(const store::CouponRow&) override { ++rows; }
  void life(const CouponLife&) override { ++rows; }
  void coupon_change(const store::StoredCouponChange&) override { ++rows; }
  void listed(const store::StoredListedUser&) override { ++rows; }
  void imported_code(const store::StoredImportedCode&) override { ++rows; }
};

struct Readers {
  std::unique_ptr<journal::JournalReader> journal;
  std::unique_ptr<store::Reader> store;
};

Readers open(const DataFolder& folder) {
  auto journal = journal::read_sqlite_journal(folder.journal());
  auto store = store::read_sqlite_store(folder.store());
  must(journal.ok() && store.ok(), "the files cannot be read");
  return {std::move(*journal), std::move(*store)};
}

void run_read(const DataFolder& folder, std::int64_t records) {
  const Readers readers = open(folder);
  Counted rows;
  must(readers.store->scan(rows).ok(), "the store cannot be read");
  std::int64_t read = 0;
  auto follower = readers.journal->follow(0, 0);
  for (bool at_end = false; !at_end;) {
    const auto fetch = (*follower)->poll(milliseconds{0});
    must(fetch.ok(), "the journal cannot be read");
    read += static_cast<std::int64_t>(fetch->records.size());
    at_end = fetch->at_end;
  }
  must(read == records + 1, "records are missing");
}

struct Silent : audit::Progress {
  void reached(std::int64_t, std::int64_t) override {}
};

std::int64_t run_audit(const DataFolder& folder, std::int64_t records) {
  const Readers readers = open(folder);
  Silent progress;
  const auto report = audit::audit(*readers.journal, *readers.store, progress, 10);
  must(report.ok(), report.ok() ? "" : report.error().message);
  must(report->clean(), "the store differs from the journal");
  must(report->partitions.front().records == records + 1, "records were not replayed");
  return report->coupons;
}

/// Memory of this process in bytes, from /proc/self/status: "VmRSS", or "VmHWM", the peak since the last
/// reset.
double memory(const std::string& which) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != which + ":") continue;
    double kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

void measure(const Workload& workload, std::int64_t records, std::int64_t rounds, bool json) {
  DataFolder folder("audit-bench");
  folder.fill(records, records * workload.users / 1000,
              std::max<std::int64_t>(1, workload.stock * records / 1000));
  std::vector<double> read, audited, ratio;
  std::int64_t coupons = run_audit(folder, records);  // now the files are in the page cache
  const double before = memory("VmRSS");
  reset_peak_memory();
  for (std::int64_t round = 0; round < rounds; ++round) {
    const double r = seconds([&] { run_read(folder, records); });
    const double a = seconds([&] { coupons = run_audit(folder, records); });
    read.push_back(r);
    audited.push_back(a);
    ratio.push_back(a / r);
  }
  const std::string name(workload.name);
  print(json, name + ": read journal and store", spread(read), "s");
  print(json, name + ": audit", spread(audited), "s");
  print(json, name + ": audit / read", spread(ratio), "ratio");
  const double most = (memory("VmHWM") - before) / static_cast<double>(coupons);
  if (coupons >= records) print(json, name + ": memory a coupon", {most, most, most}, "bytes");
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t records = 1'000'000;
  std::int64_t rounds = 5;
  bool json = false;
  std::string only;
  bench::read_options(argc, argv,
                      {{"--rounds", &rounds}, {"--records", &records}, {"--only", &only}, {"--json", &json}});
  for (const Workload& workload :
       {Workload{"winners", 1000, 1000}, {"twice", 500, 500}, {"losers", 1000, 1}}) {
    if (only.empty() || only == workload.name) measure(workload, records, rounds, json);
  }
  return 0;
}
