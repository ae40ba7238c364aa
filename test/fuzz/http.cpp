/// The bytes of a connection → requests → responses: never a crash; however the bytes are cut the same
/// requests come of them; and every response is one that a client can read.
#include <simdjson.h>

#include <atomic>
#include <charconv>
#include <random>
#include <string>
#include <vector>

#include "api/calls.h"
#include "domain/check.h"
#include "net/request_parser.h"
#include "store/simulated/simulated_store.h"
#include "test/fuzz/bytes.h"

using namespace firstcome;

namespace {

/// One worker's calls, with a journal that takes everything and decides nothing.
class Edge : api::Callers, journal::Appender, replica::AnswerSink, api::QuestionSink {
 public:
  Edge() {
    auto view = std::make_shared<replica::PolicySnapshot>();
    view->policy = {.id = PolicyId{7}, .name = "Seven", .max_count = 10, .revision = 1};
    snapshots_.publish(std::move(view));
    snapshots_.partition(0).set_caught_up(true);
    log_.reset({});
  }

  /// The response; of one who waits: after the deadline.
  const std::string& answer(const net::Request& request, bool admin) {
    exchange_.request = request;
    exchange_.caller = ++caller_;
    exchange_.admin = admin;
    exchange_.response.clear();
    exchange_.close = false;
    exchange_.begin();
    now_.steady += milliseconds{1};
    calls_.set_time(now_);
    if (calls_.handle(exchange_) == net::Handled::Later) {
      answered_ = false;
      now_.steady += milliseconds{60'000};
      calls_.set_time(now_);
      calls_.on_time();
      if (!answered_) calls_.on_question_answered(caller_, api::MetricsPage{"metrics 1\n"});
      CHECK(answered_);
    }
    return exchange_.response;
  }
  const std::string& refuse(const net::RequestParser& parser) {
    exchange_.request.clear();
    exchange_.response.clear();
    exchange_.close = false;
    exchange_.begin();
    calls_.refuse(api::problem_of(parser.error()), parser.detail(), exchange_);
    return exchange_.response;
  }

 private:
  api::Exchange* find(admission::Caller caller) override { return caller == caller_ ? &exchange_ : nullptr; }
  void answer(admission::Caller caller) override { answered_ = answered_ || caller == caller_; }
  bool try_append(const journal::Append&) override { return true; }
  void answered(std::span<const replica::Answer>) override {}
  void place_decided(Partition, Offset, std::uint64_t) override {}
  void question_answered(admission::Caller, api::QuestionAnswer) override {}

  replica::PolicySnapshots snapshots_{1};
  replica::DecidedLog log_{0, 16};
  std::vector<replica::DecidedLog*> logs_{&log_};
  std::mt19937_64 chance_{1};
  store::SimulatedStore store_{
      {.partitions = 1, .era = 1, .journal_identity = "fuzz"}, PartitionState{}, chance_};
  api::Readiness readiness_{snapshots_, {}};
  api::ScrapeThread scrapes_{[] { return std::string(); }};
  TicketCodec tickets_{InstallationKey{}};
  CouponCodes codes_{InstallationKey{}};
  api::QueryThread queries_{store_, logs_, snapshots_, 1, codes_, {.name = "edge-query", .most = 0}};
  journal::RecordMac record_mac_{InstallationKey{}, 1};
  std::atomic<bool> draining_{false};
  access::RateLimiter wrong_credentials_{1, 1'000'000};
  api::Limits limits_{{}};
  api::RequestSpans spans_{nullptr};
  api::Calls calls_{api::CallParts{.callers = *this,
                                   .snapshots = snapshots_,
                                   .readiness = readiness_,
                                   .logs = logs_,
                                   .appender = *this,
                                   .sender = 1,
                                   .queries = queries_,
                                   .counts = queries_,
                                   .scrapes = scrapes_,
                                   .tickets = tickets_,
                                   .codes = codes_,
                                   .record_mac = record_mac_,
                                   .era = 1,
                                   .places = *this,
                                   .answers = *this,
                                   .limits = limits_,
                                   .draining = draining_,
                                   .spans = spans_,
                                   .wrong_credentials = wrong_credentials_},
                    {},
                    {}};
  api::Exchange exchange_;
  admission::Caller caller_ = 0;
  bool answered_ = false;
  Now now_;
};

/// As a client reads it.
void check_readable(std::string_view response, bool head) {
  CHECK(response.starts_with("HTTP/1.1 "));
  const auto header_end = response.find("\r\n\r\n");
  CHECK(header_end != std::string_view::npos);
  const std::string_view body = response.substr(header_end + 4);
  if (response.starts_with("HTTP/1.1 204 ")) {
    CHECK(body.empty());
    return;
  }
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto length_at = response.substr(0, header_end).find(kLength);
  CHECK(length_at != std::string_view::npos);
  std::size_t length = 0;
  std::from_chars(response.data() + length_at + kLength.size(), response.data() + response.size(), length);
  CHECK(head ? body.empty() : body.size() == length);
  if (body.empty() || response.find("json\r\n") > header_end) return;
  static simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  CHECK(parser.parse(padded).error() == simdjson::SUCCESS);
}

/// The whole requests, and whether what follows them is none.
struct Read {
  std::vector<net::Request> requests;
  bool failed = false;
};

/// `bytes` in pieces of at most so many.
Read read_all(std::string_view bytes, std::size_t piece, net::RequestParser& parser) {
  Read read;
  net::Request request;
  parser.start(request);
  std::string pending;
  std::size_t fed = 0;
  for (;;) {
    std::string_view rest = pending;
    const auto state = parser.feed(rest);
    pending.erase(0, pending.size() - rest.size());
    if (state == net::RequestParser::State::Failed) {
      read.failed = true;
      return read;
    }
    if (state == net::RequestParser::State::Complete) {
      read.requests.push_back(request);
      parser.start(request);
      continue;
    }
    if (fed == bytes.size()) return read;
    const std::string_view next = bytes.substr(fed, piece);
    pending.append(next);
    fed += next.size();
  }
}

}  // namespace

/// One byte (of how many the pieces are), the bytes of the connection.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Edge edge;
  static net::RequestParser whole({.header = 1024, .body = 512});
  static net::RequestParser cut({.header = 1024, .body = 512});
  fuzz::Bytes bytes(data, size);
  const std::size_t piece = 1 + bytes.byte();
  const std::string_view connection = bytes.rest();
  const Read read = read_all(connection, connection.size() + 1, whole);
  const Read pieces = read_all(connection, piece, cut);
  // What is wrong with a header that has not ended yet may be seen sooner or later.
  CHECK(pieces.requests.size() == read.requests.size());
  for (std::size_t i = 0; i < read.requests.size(); ++i) {
    const net::Request& request = read.requests[i];
    CHECK(request.target == pieces.requests[i].target && request.body == pieces.requests[i].body);
    for (const bool admin : {false, true}) {
      check_readable(edge.answer(request, admin), request.method == net::Method::Head);
    }
  }
  if (read.failed) check_readable(edge.refuse(whole), false);
  return 0;
}
