// The cost of judging a history.
//
//   check_bench [--requests N] [--keep FILE] [--json]
//
// Generates the history of a fair run: four policies, users with two requests, winners until each stock is
// gone, then early refusals; a tenth of the POSTs gets the result later, by ticket. Then it measures
// separately:
//   read      reading the JSON lines into rows
//   judge     judging the rows alone
//   decide    deciding the journal's records by the naive model
//   all       judging the rows with the store's rows and the journal
// Every run must be found clean and completely judged.

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "check/history_reader.h"
#include "check/judge.h"
#include "check/naive_model.h"
#include "domain/home.h"
#include "options.h"
#include "ticket/ticket.h"

namespace {

using namespace firstcome;

constexpr int kPolicies = 4;
constexpr std::int64_t kStep = 10'000;        // nanoseconds between two requests: 100,000 per second
constexpr std::int64_t kLatency = 2'500'000;  // nanoseconds of each request

/// Generates the run, request by request in the order of the journal.
class FairRun {
 public:
  FairRun(std::int64_t requests, std::ostream& history)
      : requests_(requests),
        stock_(requests / kPolicies / 5),
        history_(history),
        tickets_(InstallationKey{}),
        model(1, 1) {}

  void make() {
    history_ << "{\"history\":1,\"startedAt\":\"2026-11-24T12:00:00.000Z\",\"maxStalenessMs\":1000}\n";
    for (int p = 1; p <= kPolicies; ++p) create(PolicyId{p});
    for (std::int64_t i = 0; i < requests_; ++i) press(i);
    finish();
  }

 private:
  Timestamp clock() const { return Timestamp{milliseconds{1'800'000'000'000 + now_ / 1'000'000}}; }

  void append(const std::string& value, bool command) {
    const check::RecordHeader kind{"kind", "policy"};
    check::JournalRecord record;
    record.offset = offset_++;
    record.timestamp = clock();
    record.value = value;
    if (command) record.headers = {&kind, 1};
    const auto begin = std::chrono::steady_clock::now();
    model.add(0, record);
    deciding += std::chrono::steady_clock::now() - begin;
  }

  void create(PolicyId policy) {
    const std::string id = std::to_string(policy.value);
    const std::string command = R"({"command":"create","policyId":)" + id + R"(,"name":"Noon","maxCount":)" +
                                std::to_string(stock_) + R"(,"who":"bench","sequenceNumber":)" +
                                std::to_string(++number_) + "}";
    store.changes.push_back({policy, 1, offset_, clock(), command});
    append(command, true);
    codes_.push_back(static_cast<std::uint8_t>(Code::Accepted));
    history_ << R"({"asked":"command","command":"create","policyId":)" << id << R"(,"sent":)" << now_
             << R"(,"answered":)" << now_ + kLatency << R"(,"status":201,"result":"ACCEPTED","maxCount":)"
             << stock_ << R"(,"revision":1,"state":"ACTIVE"})" << '\n';
    now_ += 10 * kLatency;
  }

  /// The rules of the decider, as far as this run needs them.
  void press(std::int64_t i) {
    const PolicyId policy{1 + i % kPolicies};
    const UserId user{1 + i / kPolicies / 2};  // each user twice in a row
    auto& issued = issued_[policy.value];
    const bool again = i / kPolicies % 2 == 1;
    now_ += kStep;
    if (issued == stock_ && i > requests_ * 3 / 5) return early(policy, user);
    Code code = Code::SoldOut;
    std::int64_t sequence = 0;
    if (again && last_winner_[policy.value] == user.value) {
      code = Code::AlreadyIssued;
      sequence = issued;
    } else if (issued < stock_) {
      code = Code::Success;
      sequence = ++issued;
      last_winner_[policy.value] = user.value;
      last_time_[policy.value] = clock();
      store.coupons.push_back({{policy, sequence, user, 1, clock(), offset_}, 0});
    }
    respond(policy, user, code, sequence);
    append(R"({"userId":)" + std::to_string(user.value) + R"(,"policyId":)" + std::to_string(policy.value) +
               R"(,"requestedAt":"2026-11-24T12:00:00.123Z","sequenceNumber":)" + std::to_string(++number_) +
               "}",
           false);
    codes_.push_back(static_cast<std::uint8_t>(code));
  }

  void respond(PolicyId policy, UserId user, Code code, std::int64_t sequence) {
    const std::string ticket = tickets_.encode({1, policy, user, 0, offset_});
    if (number_ % 10 == 0) {
      begin("coupon", policy, user, now_, 202, "PENDING");
      history_ << R"(,"ticket":")" << ticket << "\"}\n";
      begin("ticket", policy, user, now_ + 2 * kLatency, 200, name_of(code));
    } else {
      begin("coupon", policy, user, now_,
            code == Code::Success         ? 201
            : code == Code::AlreadyIssued ? 200
                                          : 409,
            name_of(code));
    }
    if (sequence != 0) {
      history_ << R"(,"sequence":)" << sequence << R"(,"issuedAt":")"
               << format_rfc3339(last_time_[policy.value]) << '"';
    }
    history_ << R"(,"ticket":")" << ticket << "\"}\n";
  }

  void early(PolicyId policy, UserId user) {
    begin("coupon", policy, user, now_, 409, "SOLD_OUT");
    history_ << R"(,"asOf":{"partition":0,"offset":)" << offset_ << R"(,"at":"2026-11-24T12:00:00.123Z"}})"
             << '\n';
  }

  void begin(const char* asked, PolicyId policy, UserId user, std::int64_t sent, int status,
             std::string_view result) {
    ++rows;
    history_ << R"({"asked":")" << asked << R"(","server":"127.0.0.1:8080","policyId":)" << policy.value
             << R"(,"userId":)" << user.value << R"(,"sent":)" << sent << R"(,"answered":)" << sent + kLatency
             << R"(,"status":)" << status << R"(,"result":")" << result << '"';
  }

  void finish() {
    constexpr std::size_t kBatch = 1'000;
    for (int p = 1; p <= kPolicies; ++p) {
      Policy policy;
      policy.id = PolicyId{p};
      policy.name = "Noon";
      policy.max_count = stock_;
      policy.active_count = policy.issued_count = issued_[p];
      policy.revision = 1;
      store.policies.push_back(policy);
    }
    for (std::size_t first = 0; first < codes_.size(); first += kBatch) {
      const std::size_t end = std::min(first + kBatch, codes_.size());
      PartitionState state;
      state.clock = model.partition(0).clock_before(static_cast<Offset>(end));
      store.batches.push_back({0,
                               static_cast<Offset>(first),
                               {codes_.begin() + static_cast<std::ptrdiff_t>(first),
                                codes_.begin() + static_cast<std::ptrdiff_t>(end)},
                               state});
    }
    store.positions.push_back({0, offset_, store.batches.back().after, ""});
  }

  std::int64_t requests_;
  std::int64_t stock_;
  std::ostream& history_;
  TicketCodec tickets_;
  std::int64_t now_ = 0;
  std::int64_t number_ = 0;
  Offset offset_ = 0;
  std::vector<std::uint8_t> codes_;
  std::int64_t issued_[kPolicies + 1] = {};
  std::int64_t last_winner_[kPolicies + 1] = {};
  Timestamp last_time_[kPolicies + 1] = {};

 public:
  check::NaiveModel model;
  check::StoreRows store;
  std::int64_t rows = 0;
  std::chrono::steady_clock::duration deciding{};
};

double seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return seconds(std::chrono::steady_clock::now() - begin);
}

double most_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "check_bench: %s\n", what.c_str());
  std::exit(1);
}

void must_be_clean(const check::Report& report) {
  if (!report.clean()) fail("a fair run was not found clean:\n" + as_table(report));
}

struct Figures {
  std::int64_t rows = 0;
  double file_mb = 0;
  double read = 0;
  double judge = 0;
  double memory_mb = 0;  ///< peak while reading and judging the history alone
  double decide = 0;
  double all = 0;
};

check::Evidence read_evidence(const std::string& path, Figures& figures) {
  std::ifstream in(path, std::ios::binary);
  const auto begin = std::chrono::steady_clock::now();
  auto history = check::read_history(in, path);
  if (!history.ok()) fail(history.error().message);
  figures.read = seconds_since(begin);
  check::Evidence evidence;
  evidence.history = std::move(history->rows);
  evidence.references = std::move(history->references);
  evidence.first_line = history->first_line;
  return evidence;
}

/// In a separate process, to measure its memory alone.
void judge_alone(const std::string& path, Figures& figures) {
  const check::Evidence evidence = read_evidence(path, figures);
  const auto begin = std::chrono::steady_clock::now();
  must_be_clean(check::judge(evidence));
  figures.judge = seconds_since(begin);
  figures.rows = static_cast<std::int64_t>(evidence.history.size());
  figures.memory_mb = most_memory_mb();
}

void print(const Figures& f, bool json) {
  const char* const format =
      json ? "{\"rows\":%lld,\"fileMb\":%.0f,\"readSeconds\":%.2f,\"judgeSeconds\":%.2f,\"bytesARow\":%.0f,"
             "\"decideSeconds\":%.2f,\"allSeconds\":%.2f}\n"
           : "%lld rows, %.0f MB\nread    %6.2f s\njudge   %6.2f s, %.0f bytes of memory a row with reading\n"
             "decide  %6.2f s\nall     %6.2f s, with store and journal\n";
  std::printf(format, static_cast<long long>(f.rows), f.file_mb, f.read, f.judge,
              f.memory_mb * 1024 * 1024 / static_cast<double>(f.rows), f.decide, f.all);
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t requests = 1'000'000;
  std::string path = (std::filesystem::temp_directory_path() / "firstcome_check_bench.jsonl").string();
  bool json = false;
  std::string kept;
  std::string judged;  // set in the separate process
  bench::read_options(
      argc, argv, {{"--requests", &requests}, {"--keep", &kept}, {"--json", &json}, {"--judge", &judged}});
  if (!judged.empty()) {
    Figures figures;
    judge_alone(judged, figures);
    std::printf("%lld %f %f %f\n", static_cast<long long>(figures.rows), figures.read, figures.judge,
                figures.memory_mb);
    return 0;
  }
  if (!kept.empty()) path = kept;
  std::ofstream out(path, std::ios::binary);
  FairRun run(requests, out);
  run.make();
  out.close();
  if (!out) fail("cannot write " + path);

  Figures figures;
  figures.file_mb = static_cast<double>(std::filesystem::file_size(path)) / 1024 / 1024;
  figures.decide = seconds(run.deciding);
  const std::string command = std::string(argv[0]) + " --judge " + path;
  std::FILE* const alone = popen(command.c_str(), "r");
  long long rows = 0;
  const int taken =
      std::fscanf(alone, "%lld %lf %lf %lf", &rows, &figures.read, &figures.judge, &figures.memory_mb);
  if (pclose(alone) != 0 || taken != 4) fail("the history alone was not judged");
  figures.rows = rows;

  Figures second_reading;
  check::Evidence evidence = read_evidence(path, second_reading);
  if (kept.empty()) std::filesystem::remove(path);
  evidence.store = std::move(run.store);
  evidence.journal = &run.model;
  evidence.at_rest = true;
  const auto begin = std::chrono::steady_clock::now();
  must_be_clean(check::judge(evidence));
  figures.all = seconds_since(begin);
  print(figures, json);
  return 0;
}
