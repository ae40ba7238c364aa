#include "load/history_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "text/json_text.h"

namespace firstcome::load {
namespace {

using text::append_member;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

void append_as_of(const LoggedRequest& row, std::string& line) {
  line += R"(,"asOf":{)";
  append_member("partition", row.as_of_partition, line);
  append_member("offset", row.as_of_offset, line);
  append_member("at", from_millis(row.as_of_at_ms), line);
  line += '}';
}

void append_command(const LoggedRequest& row, PolicyId policy, std::string& line) {
  append_member("command", name_of(row.command), line);
  append_member("sequence", row.sequence, line);
  append_member("reference", reference_text(policy, row.sequence, row.order), line);
}

void append_place(const LoggedRequest& row, std::string& line) {
  line += R"(,"place":{)";
  append_member("partition", row.as_of_partition, line);
  append_member("offset", row.as_of_offset, line);
  line += '}';
}

std::string_view asked(check::RequestKind kind) {
  switch (kind) {
    case check::RequestKind::Ticket: return "ticket";
    case check::RequestKind::CouponCommand: return "couponCommand";
    default: return "coupon";
  }
}

void append_row(const LoggedRequest& row, const RequestLog& request_log, const Summary& summary,
                std::string& line) {
  const Tick start = summary.run.start;
  const bool is_command = row.kind == check::RequestKind::CouponCommand;
  line = fmt::format(R"({{"asked":"{}")", asked(row.kind));
  append_member("server", summary.plan.servers[row.server], line);
  append_member("policyId", summary.plan.policies[row.policy].value, line);
  append_member("userId", row.user.value, line);
  if (is_command) append_command(row, summary.plan.policies[row.policy], line);
  append_member("sent", row.sent - start, line);
  if (row.answered != kNever) {
    append_member("answered", row.answered - start, line);
    append_member("status", row.status, line);
    if (!name_of(row.result).empty()) append_member("result", name_of(row.result), line);
    if (row.sequence != 0 && !is_command) append_member("sequence", row.sequence, line);
    if (row.issued_at_ms != 0) append_member("issuedAt", from_millis(row.issued_at_ms), line);
    if (row.as_of_partition >= 0) is_command ? append_place(row, line) : append_as_of(row, line);
  }
  if (row.ticket != LoggedRequest::kNoTicket) append_member("ticket", request_log.ticket(row), line);
  line += "}\n";
}

void append_policy(const BenchPolicy& policy, const Summary& summary, std::string& line) {
  line = R"({"asked":"command","command":"create")";
  append_member("policyId", policy.id.value, line);
  append_member("sent", policy.sent - summary.run.start, line);
  append_member("answered", policy.answered - summary.run.start, line);
  append_member("status", 201, line);
  append_member("result", "ACCEPTED", line);
  append_member("maxCount", policy.max_count, line);
  append_member("revision", policy.revision, line);
  append_member("state", "ACTIVE", line);
  line += "}\n";
}

Status failed(const std::string& path) {
  return Error::permanent("--history: cannot write {}: {}", path, std::strerror(errno));
}

}  // namespace

Status write_history(const std::string& path, const Summary& summary,
                     std::span<const RequestLog* const> request_logs) {
  std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "w"));
  if (!file) return failed(path);
  std::string line =
      fmt::format("{{\"history\":1,\"startedAt\":\"{}\"}}\n", format_rfc3339(summary.run.started_at));
  const auto write = [&] { return std::fwrite(line.data(), 1, line.size(), file.get()) == line.size(); };
  if (!write()) return failed(path);
  for (const BenchPolicy& policy : summary.policies) {
    if (!policy.created) continue;
    append_policy(policy, summary, line);
    if (!write()) return failed(path);
  }
  for (const RequestLog* request_log : request_logs) {
    for (const LoggedRequest& row : request_log->rows()) {
      append_row(row, *request_log, summary, line);
      if (!write()) return failed(path);
    }
  }
  if (std::fclose(file.release()) != 0) return failed(path);
  return Done{};
}

}  // namespace firstcome::load
