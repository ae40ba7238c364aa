#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "audit/explain.h"
#include "audit/value_text.h"
#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/location_options.h"
#include "cli/progress_line.h"
#include "node/read_data.h"
#include "store/data.h"
#include "text/grouped.h"
#include "text/json_object.h"
#include "text/terminal.h"
#include "ticket/ticket.h"

namespace firstcome::cli {
namespace {

using audit::Event;
using audit::Explanation;
using text::grouped;

constexpr const char* kEarlyRefusals =
    "Early refusals (responses with asOf and no ticket) are not in the journal, so they are not listed.";
constexpr const char* kName = "explain";

std::string describe(PolicyId policy) { return fmt::format("policy {}", policy); }
std::string describe(UserId user) { return fmt::format("user {}", user); }
std::string describe(Partition partition, Offset offset) {
  return fmt::format("partition {}, offset {}", partition, offset);
}

// --- as text ------------------------------------------------------------------------------------------

std::string describe_request(const Explanation& explanation, const Event& event) {
  const std::string which = event.arrival > 0 ? "the " + audit::ordinal_text(event.arrival) : "a";
  std::string text = fmt::format("{} request for {}", which, describe(explanation.question.policy));
  if (event.arrival > 0 && explanation.counted_from > 0)
    text += fmt::format(" since offset {}", explanation.counted_from);
  if (!event.requested_at.empty())
    text += fmt::format(" (requestedAt {})", text::for_terminal(event.requested_at));
  if (event.origin) {
    text += fmt::format(", misrouted to {} and forwarded",
                        describe(event.origin->partition, event.origin->offset));
  }
  return fmt::format("{}: {}, {}", text, name_of(event.decision.code), event.reason);
}

std::string describe_command(const Event& event) {
  const std::string who =
      event.command->who.empty() ? "" : fmt::format(", by '{}'", text::for_terminal(event.command->who));
  return fmt::format("the policy was {}{}", audit::command_text(*event.command), who);
}

std::string format_event(const Explanation& explanation, const Event& event, bool is_of_ticket) {
  std::string line = fmt::format("{}  offset {}", audit::time_text(event.at), event.offset);
  const std::size_t width = 24 + 2 + 7 + std::to_string(explanation.journal_end).size();
  line.resize(std::max(line.size(), width), ' ');
  line += "  " + (event.command ? describe_command(event) : describe_request(explanation, event));
  if (event.trace) line += fmt::format(", trace {}", event.trace->trace_id());
  return line + (is_of_ticket ? "  <- the ticket\n" : "\n");
}

std::string format_explanation(const Explanation& explanation, std::optional<Offset> ticket) {
  std::string text =
      fmt::format("{} and {}", describe(explanation.question.user), describe(explanation.question.policy));
  if (explanation.policy) text += fmt::format(" '{}'", text::for_terminal(explanation.policy->name));
  text += fmt::format(", whose home is partition {}. {} for it", explanation.partition,
                      text::counted(explanation.arrivals, "request"));
  text += explanation.counted_from > 0
              ? fmt::format(" since offset {}; earlier requests are not in the journal any more\n\n",
                            explanation.counted_from)
              : " in total\n\n";
  for (const Event& event : explanation.events) {
    text += format_event(explanation, event, !event.command && ticket == event.offset);
  }
  const std::string coupon = explanation.coupon
                                 ? fmt::format("{}coupon {}", explanation.coupon->imported ? "imported " : "",
                                               grouped(explanation.coupon->sequence))
                                 : "no coupon";
  text += fmt::format("\n{} holds {} of {}.\n", describe(explanation.question.user), coupon,
                      describe(explanation.question.policy));
  return text + kEarlyRefusals + "\n";
}

/// Why there are no events.
std::string describe_nothing(const Explanation& explanation) {
  const std::string from = explanation.counted_from > 0
                               ? fmt::format(" since offset {}", explanation.counted_from)
                               : std::string();
  const std::string user = describe(explanation.question.user);
  const std::string policy = describe(explanation.question.policy);
  if (!explanation.policy) {
    return fmt::format("{} does not exist at {}, and {} has not requested it", policy,
                       describe(explanation.partition, explanation.journal_end), user);
  }
  const std::string earlier = explanation.coupon
                                  ? fmt::format("; the user holds coupon {} from an earlier request",
                                                grouped(explanation.coupon->sequence))
                                  : "";
  return fmt::format("{} has no request for {} in the journal{}, which has {} for it{}. {}", user, policy,
                     from, text::counted(explanation.arrivals, "request"), earlier, kEarlyRefusals);
}

// --- as JSON ------------------------------------------------------------------------------------------

std::string as_json(const Event& event, bool is_of_ticket) {
  text::JsonObject object;
  object.number("offset", event.offset).text("at", audit::time_text(event.at));
  if (event.trace) object.text("traceparent", event.trace->traceparent());
  if (event.command) {
    return object.text("kind", "command")
        .text("command", name_of(event.command->kind))
        .text("words", audit::command_text(*event.command))
        .text("who", event.command->who)
        .str();
  }
  object.text("kind", "request").text("result", name_of(event.decision.code));
  if (event.arrival > 0) object.number("arrival", event.arrival);
  if (!event.requested_at.empty()) object.text("requestedAt", event.requested_at);
  if (event.decision.sequence > 0) object.number("sequence", event.decision.sequence);
  if (event.origin) {
    object.json("origin", text::JsonObject()
                              .number("partition", event.origin->partition)
                              .number("offset", event.origin->offset)
                              .str());
  }
  return object.text("why", event.reason).truth("ticket", is_of_ticket).str();
}

std::string as_json(const Explanation& explanation, std::optional<Offset> ticket) {
  text::JsonObject object;
  object.number("policyId", explanation.question.policy.value)
      .number("userId", explanation.question.user.value)
      .number("partition", explanation.partition)
      .number("journalStart", explanation.journal_start)
      .number("toldFrom", explanation.counted_from)
      .number("journalEnd", explanation.journal_end)
      .number("arrivals", explanation.arrivals)
      .json("events", text::json_list(explanation.events, [&](const Event& event) {
              return as_json(event, !event.command && ticket == event.offset);
            }));
  if (explanation.coupon) {
    object.json("holds", text::JsonObject()
                             .number("sequence", explanation.coupon->sequence)
                             .number("offset", explanation.coupon->offset)
                             .text("issuedAt", audit::time_text(explanation.coupon->at))
                             .truth("imported", explanation.coupon->imported)
                             .str());
  } else {
    object.null("holds");
  }
  return object.text("note", kEarlyRefusals).str();
}

// --- the ticket ---------------------------------------------------------------------------------------

/// Checks that the request of the ticket is at the offset in the ticket. The error says why not.
Status check_offset(const Ticket& ticket, const Explanation& explanation, store::Reader& store) {
  const std::string where = describe(ticket.partition, ticket.offset);
  const auto differs = [&](const std::string& what) {
    return Error::permanent("the ticket is genuine and names {}, but {}", where, what);
  };
  if (ticket.partition != explanation.partition) {
    return differs(
        fmt::format("the home of {} is partition {}", describe(ticket.policy), explanation.partition));
  }
  if (ticket.offset >= explanation.journal_end) {
    return differs(fmt::format("the journal ends at offset {}: it was restored from an older backup",
                               explanation.journal_end));
  }
  if (explanation.request_at(ticket.offset) != nullptr) return Done{};
  if (explanation.coupon && explanation.coupon->imported && explanation.coupon->offset == ticket.offset)
    return Done{};
  if (ticket.offset >= explanation.counted_from) {
    return differs(fmt::format("the record there is not a request of {} for {}: this is another journal",
                               describe(ticket.user), describe(ticket.policy)));
  }
  ASSIGN_OR_RETURN(auto code, store.code_at(ticket.era, ticket.partition, ticket.offset));
  return differs(
      code ? fmt::format("retention has removed that record; its result in the store is {}", name_of(*code))
           : "retention has removed that record, and the store has no result for it");
}

Result<std::optional<Ticket>> read_ticket(const Values& values, const store::Settings& settings) {
  if (!values.has("ticket")) return std::optional<Ticket>();
  const TicketCodec tickets(settings.key, settings.incarnations);
  auto ticket = tickets.decode(values.text("ticket"));
  if (!ticket) {
    return Error::permanent(
        "the ticket was not made by a server of this data: it is forged, damaged, or from another data "
        "folder");
  }
  if (ticket->era != settings.era) {
    return Error::permanent(
        "the ticket has era {}, but the data has era {}: the journal of the ticket is gone", ticket->era,
        settings.era);
  }
  if (!tickets.is_of_this_history(*ticket)) {
    return Error::permanent(
        "the ticket is genuine, but it was issued after the backup from which this data was restored, or by "
        "another copy of the data: {} has another request here",
        describe(ticket->partition, ticket->offset));
  }
  return ticket;
}

int print_explanation(const Values& values, node::ReadData& data, audit::Question question,
                      const std::optional<Ticket>& ticket) {
  auto progress = std::make_optional<ProgressLine>(kName);
  const auto explanation = audit::explain(*data.journal, *data.store, data.settings, question, *progress);
  progress.reset();
  if (const Status undisturbed = data.undisturbed(); !undisturbed.ok())
    return fail(kName, undisturbed.error());
  if (!explanation.ok()) return fail(kName, explanation.error());
  if (ticket) {
    if (const Status found = check_offset(*ticket, *explanation, *data.store); !found.ok())
      return fail(kName, found.error());
  }
  const auto marked = ticket ? std::optional(ticket->offset) : std::nullopt;
  const bool has_events =
      explanation->requests() > 0 || (explanation->coupon && explanation->coupon->imported);
  if (values.on("json")) {
    std::printf("%s\n", text::lines_for_terminal(as_json(*explanation, marked)).c_str());
  } else if (has_events) {
    std::fputs(format_explanation(*explanation, marked).c_str(), stdout);
  } else {
    return fail(kName, describe_nothing(*explanation));
  }
  return has_events ? kFine : kFailed;
}

int run(const Values& values) {
  const bool by_name = values.has("policy") && values.has("user") && !values.has("ticket");
  const bool by_ticket = values.has("ticket") && !values.has("policy") && !values.has("user");
  if (!by_name && !by_ticket) {
    return refuse(kName, "--policy and --user are required, or --ticket alone");
  }
  const auto location = data_location(values);
  if (!location.ok()) return refuse(kName, location.error());
  auto data = node::read_data(*location);
  if (!data.ok()) return fail(kName, data.error(), kWrongUsage);
  if (Status same = store::check_same_data(data->settings, *data->journal); !same.ok())
    return fail(kName, same.error());
  const auto ticket = read_ticket(values, data->settings);
  if (!ticket.ok()) return fail(kName, ticket.error());
  if (*ticket) return print_explanation(values, *data, {(*ticket)->policy, (*ticket)->user}, *ticket);
  return print_explanation(values, *data, {PolicyId{values.number("policy")}, UserId{values.number("user")}},
                           std::nullopt);
}

}  // namespace

Command explain_command() {
  const auto options = with_servers_options(explain_options());
  return {kName,
          "Print the requests of one user for one policy from the journal, and explain each result",
          "  firstcome explain --policy 7 --user 42\n"
          "  firstcome explain --ticket AgAAAAGdQcfiW4A2-gAAAAAAAAABAAAAAAAAACoAAAAAAAAAAAAABut-_QoUNYc\n"
          "  firstcome explain --policy 7 --user 42 --data /var/lib/firstcome --json\n"
          "  firstcome explain --policy 7 --user 42 --journal kafka://a:9092 --store "
          "postgresql://firstcome_edge@db/firstcome\n"
          "\nExit code 0: explained. 1: there is no such request, or the ticket is forged. 2: wrong usage.\n",
          {options.begin(), options.end()},
          run};
}

}  // namespace firstcome::cli
