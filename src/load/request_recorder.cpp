#include "load/request_recorder.h"

#include <fmt/core.h>

#include <iterator>
#include <string>
#include <utility>

namespace firstcome::load {
namespace {

void copy_response(const Response& response, LoggedRequest& row) {
  row.status = static_cast<std::int16_t>(response.status);
  if (row.kind == check::RequestKind::CouponCommand) {
    if (!response.place) return;
    row.as_of_partition = response.place->partition;
    row.as_of_offset = response.place->offset;
    return;
  }
  row.sequence = static_cast<std::int32_t>(response.sequence);
  if (response.issued_at) row.issued_at_ms = to_millis(*response.issued_at);
  if (!response.as_of) return;
  row.as_of_partition = response.as_of->partition;
  row.as_of_offset = response.as_of->offset;
  row.as_of_at_ms = to_millis(response.as_of->at);
}

}  // namespace

void RequestRecorder::set_counting(bool counting) {
  counting_ = counting;
  interval_ = {};
}

void RequestRecorder::add_response(const PlannedRequest& request, const ClientConnection& connection,
                                   const Response& response, Tick now) {
  if (!is_about(request, response)) {
    tally_.remark("an answer that names another user, policy or coupon than the request");
    return record(request, connection, response, RequestResult::Unreadable, now);
  }
  const bool forbidden = response.status == 401 || response.status == 403;
  if (request.kind == PlannedRequest::Kind::Command && forbidden) ++tally_.commands_forbidden;
  if (response.result == RequestResult::OtherRefusal) {
    tally_.remark(fmt::format("HTTP {} {}", response.status, response.result_name));
  }
  if (counting_) last_answer_ = now;
  record(request, connection, response, response.result, now);
}

void RequestRecorder::add_failure(const PlannedRequest& request, const ClientConnection& connection,
                                  RequestResult why, std::string_view error, Tick now) {
  if (!error.empty()) tally_.remark(fmt::format("an answer that cannot be read: {}", error));
  record(request, connection, {}, why, now);
}

void RequestRecorder::add_dropped(std::int64_t requests) {
  tally_.dropped += requests;
  interval_.dropped += requests;
}

Interval RequestRecorder::take_interval() { return std::exchange(interval_, {}); }

bool RequestRecorder::is_about(const PlannedRequest& request, const Response& response) const {
  if (request.kind == PlannedRequest::Kind::Fixed) return true;
  const auto policy = plan_.policies[request.policy].value;
  const bool same_coupon = request.kind != PlannedRequest::Kind::Command || response.sequence == 0 ||
                           response.sequence == request.sequence;
  return same_coupon && (response.user == 0 || response.user == request.user.value) &&
         (response.policy == 0 || response.policy == policy);
}

void RequestRecorder::count_fixed(const Response& response, nanoseconds latency) {
  if (response.status == 201) {
    tally_.fixed.add(latency);
    interval_.fixed.add(latency);
    return;
  }
  ++tally_.fixed_unanswered;
  if (response.status != 0) {
    tally_.remark(fmt::format("HTTP {} instead of the fixed answer", response.status));
  }
}

void RequestRecorder::count(RequestResult result, nanoseconds latency, nanoseconds service) {
  tally_.latencies[index_of(result)].add(latency);
  ++interval_.counts[index_of(result)];
  if (!is_answer(result)) return;
  tally_.service.add(service);
  interval_.latencies.add(latency);
}

void RequestRecorder::record(const PlannedRequest& request, const ClientConnection& connection,
                             const Response& response, RequestResult result, Tick now) {
  const nanoseconds latency{now - request.intended};
  if (request.kind == PlannedRequest::Kind::Fixed) return count_fixed(response, latency);
  if (counting_) {
    count(result, latency, nanoseconds{now - connection.since()});
    if (std::ssize(request_log_.rows()) >= plan_.keep / plan_.threads) {
      ++tally_.not_kept;
      return;
    }
  }
  const bool by_ticket = request.kind == PlannedRequest::Kind::Ticket;
  const bool is_command = request.kind == PlannedRequest::Kind::Command;
  LoggedRequest row{.user = request.user,
                    .sent = connection.since(),
                    .sequence = request.sequence,
                    .policy = request.policy,
                    .server = connection.server(),
                    .kind = by_ticket    ? check::RequestKind::Ticket
                            : is_command ? check::RequestKind::CouponCommand
                                         : check::RequestKind::Coupon,
                    .command = request.command,
                    .order = request.order,
                    .result = result};
  std::string_view ticket = request.ticket;
  if (is_answer(result)) {
    row.answered = now;
    copy_response(response, row);
    if (!by_ticket && !is_command) ticket = response.ticket;
  }
  row.ticket = request_log_.keep_ticket(ticket);
  request_log_.add(row);
}

}  // namespace firstcome::load
