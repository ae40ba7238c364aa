#include "api/access_lines.h"

#include <chrono>
#include <utility>

#include "api/route.h"
#include "text/json_text.h"

namespace firstcome::api {

void AccessLines::add(const Exchange& exchange, Timestamp now) {
  const auto took = std::chrono::steady_clock::now() - exchange.began;
  lines_ += '{';
  text::append_member("time", now, lines_);
  text::append_member("listener", exchange.admin ? "admin" : "users", lines_);
  text::append_member("address", exchange.client.text(), lines_);
  text::append_member("caller", access::name_of(exchange.sender.kind), lines_);
  if (!exchange.sender.name.empty()) text::append_member("key", exchange.sender.name, lines_);
  text::append_member("method", name_of(exchange.request.method), lines_);
  text::append_member("route", exchange.route != nullptr ? exchange.route->path : std::string_view("none"),
                      lines_);
  if (users_ && exchange.user.valid()) text::append_member("user", exchange.user.value, lines_);
  text::append_key("status", lines_);
  lines_ += exchange.status();
  text::append_member("result", kResults[exchange.result].name, lines_);
  if (exchange.denial != access::Denial::None) {
    text::append_member("reason", access::name_of(exchange.denial), lines_);
  }
  if (exchange.trace) {
    text::append_member("trace_id", exchange.trace->context.trace_id(), lines_);
    text::append_member("span_id", exchange.trace->context.span_id(), lines_);
  }
  text::append_member("microseconds", std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
                      lines_);
  text::append_member("bytes", static_cast<std::int64_t>(exchange.response.size() + exchange.document.size()),
                      lines_);
  lines_ += "}\n";
  ++count_;
}

void AccessLines::flush() {
  if (lines_.empty()) return;
  file_.append(lines_, std::exchange(count_, 0));
  lines_.clear();
}

}  // namespace firstcome::api
