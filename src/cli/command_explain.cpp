#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "audit/explain.h"
#include "audit/words.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/place_options.h"
#include "cli/progress_line.h"
#include "node/read_data.h"
#include "store/data.h"
#include "text/json_object.h"
#include "ticket/ticket.h"

namespace firstcome::cli {
namespace {

using audit::Event;
using audit::Explanation;
using audit::grouped;

constexpr const char* kEarlyRefusals =
    "Early refusals (answers with asOf and no ticket) never reach the journal, so they are not in this "
    "story.";

int fail(const std::string& what, int exit_code = kFailed) {
  std::fprintf(stderr, "firstcome explain: %s\n", what.c_str());
  return exit_code;
}

std::string name(PolicyId policy) { return fmt::format("policy {}", policy); }
std::string name(UserId user) { return fmt::format("user {}", user); }
std::string place(Partition partition, Offset offset) {
  return fmt::format("partition {}, offset {}", partition, offset);
}

// --- in words -----------------------------------------------------------------------------------------

std::string request_in_words(const Explanation& explanation, const Event& event) {
  std::string text = event.arrival > 0 ? "the " + audit::ordinal(event.arrival) + " request for " +
                                             name(explanation.question.policy)
                                       : "a request for " + name(explanation.question.policy);
  if (event.arrival > 0 && explanation.told_from > 0)
    text += fmt::format(" since offset {}", explanation.told_from);
  if (!event.requested_at.empty()) text += " (requestedAt " + event.requested_at + ")";
  if (event.origin) {
    text += ", misrouted to " + place(event.origin->partition, event.origin->offset) + " and forwarded";
  }
  return text + ": " + std::string(name_of(event.decision.code)) + ", " + event.why;
}

std::string command_in_words(const Event& event) {
  const std::string who = event.command->who.empty() ? "" : ", by '" + event.command->who + "'";
  return "the policy was " + audit::in_words(*event.command) + who;
}

std::string in_words(const Explanation& explanation, const Event& event, bool asked_for) {
  std::string line = fmt::format("{}  offset {}", audit::time_in_words(event.at), event.offset);
  const std::size_t width = 24 + 2 + 7 + std::to_string(explanation.journal_end).size();
  line.resize(std::max(line.size(), width), ' ');
  line += "  " + (event.command ? command_in_words(event) : request_in_words(explanation, event));
  return line + (asked_for ? "  <- the ticket\n" : "\n");
}

std::string in_words(const Explanation& explanation, std::optional<Offset> ticket) {
  std::string text = name(explanation.question.user) + " and " + name(explanation.question.policy);
  if (explanation.policy) text += " '" + explanation.policy->name + "'";
  text += fmt::format(", whose home is partition {}. {} for it", explanation.partition,
                      audit::count(explanation.arrivals, "request"));
  text += explanation.told_from > 0
              ? fmt::format(" since offset {}, before which the journal no longer tells\n\n",
                            explanation.told_from)
              : " in all\n\n";
  for (const Event& event : explanation.events) {
    text += in_words(explanation, event, !event.command && ticket == event.offset);
  }
  text += '\n' + name(explanation.question.user);
  text += explanation.holds
              ? std::string(" holds ") + (explanation.holds->imported ? "imported " : "") + "coupon " +
                    grouped(explanation.holds->sequence) + " of " + name(explanation.question.policy)
              : " holds no coupon of " + name(explanation.question.policy);
  return text + ".\n" + kEarlyRefusals + "\n";
}

/// Why there is no explanation.
std::string nothing_to_tell(const Explanation& explanation) {
  const std::string from =
      explanation.told_from > 0 ? fmt::format(" since offset {}", explanation.told_from) : std::string();
  if (!explanation.policy) {
    return "there is no " + name(explanation.question.policy) + ": nobody has created it by " +
           place(explanation.partition, explanation.journal_end) + ", and " +
           name(explanation.question.user) + " has not asked for it";
  }
  return name(explanation.question.user) + " has no request for " + name(explanation.question.policy) +
         " in the journal" + from + ", in which there " + (explanation.arrivals == 1 ? "is " : "are ") +
         audit::count(explanation.arrivals, "request") + " for it" +
         (explanation.holds ? "; coupon " + grouped(explanation.holds->sequence) + " is theirs from before"
                            : "") +
         ". " + kEarlyRefusals;
}

// --- as JSON ------------------------------------------------------------------------------------------

std::string as_json(const Event& event, bool asked_for) {
  text::JsonObject object;
  object.number("offset", event.offset).text("at", audit::time_in_words(event.at));
  if (event.command) {
    return object.text("kind", "command")
        .text("command", name_of(event.command->kind))
        .text("words", audit::in_words(*event.command))
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
  return object.text("why", event.why).truth("ticket", asked_for).str();
}

std::string as_json(const Explanation& explanation, std::optional<Offset> ticket) {
  text::JsonObject object;
  object.number("policyId", explanation.question.policy.value)
      .number("userId", explanation.question.user.value)
      .number("partition", explanation.partition)
      .number("journalStart", explanation.journal_start)
      .number("toldFrom", explanation.told_from)
      .number("journalEnd", explanation.journal_end)
      .number("arrivals", explanation.arrivals)
      .json("events", text::json_list(explanation.events, [&](const Event& event) {
              return as_json(event, !event.command && ticket == event.offset);
            }));
  if (explanation.holds) {
    object.json("holds", text::JsonObject()
                             .number("sequence", explanation.holds->sequence)
                             .number("offset", explanation.holds->offset)
                             .text("issuedAt", audit::time_in_words(explanation.holds->at))
                             .truth("imported", explanation.holds->imported)
                             .str());
  } else {
    object.null("holds");
  }
  return object.text("note", kEarlyRefusals).str();
}

// --- what is asked ------------------------------------------------------------------------------------

/// Is the request that the ticket speaks of where it says? If not, why.
Status check_place(const Ticket& ticket, const Explanation& explanation, store::Reader& store) {
  const std::string where = place(ticket.partition, ticket.offset);
  const auto unlike = [&](const std::string& what) {
    return Error::permanent("the ticket is genuine and speaks of " + where + ", but " + what);
  };
  if (ticket.partition != explanation.partition) {
    return unlike(fmt::format("the home of {} is partition {}", name(ticket.policy), explanation.partition));
  }
  if (ticket.offset >= explanation.journal_end) {
    return unlike(fmt::format("the journal ends at offset {}: it was restored from an older backup",
                              explanation.journal_end));
  }
  if (explanation.request_at(ticket.offset) != nullptr) return Done{};
  if (explanation.holds && explanation.holds->imported && explanation.holds->offset == ticket.offset)
    return Done{};
  if (ticket.offset >= explanation.told_from) {
    return unlike("what stands there is no request of " + name(ticket.user) + " for " + name(ticket.policy) +
                  ": this is another journal");
  }
  ASSIGN_OR_RETURN(auto code, store.code_at(ticket.era, ticket.partition, ticket.offset));
  return unlike(
      "retention has removed that record; the store " +
      (code ? "still has its outcome, " + std::string(name_of(*code)) : "has no outcome of it either"));
}

Result<std::optional<Ticket>> read_ticket(const Values& values, const store::Settings& settings) {
  if (!values.has("ticket")) return std::optional<Ticket>();
  const TicketSeal seal(settings.key, settings.incarnations);
  auto ticket = seal.open(values.text("ticket"));
  if (!ticket) {
    return Error{
        Error::Kind::Permanent,
        "this ticket was not made by a server of this data: it is forged, damaged, or of another data "
        "folder"};
  }
  if (ticket->era != settings.era) {
    return Error::permanent("the ticket is of era {}, the data of era {}: its journal is no longer here",
                            ticket->era, settings.era);
  }
  if (!seal.is_of_this_history(*ticket)) {
    return Error{
        Error::Kind::Permanent,
        "the ticket is genuine, but it was given after the backup from which these data were restored, or "
        "by another copy of them: " +
            place(ticket->partition, ticket->offset) + " holds another request here"};
  }
  return ticket;
}

int tell(const Values& values, node::ReadData& data, audit::Question question,
         const std::optional<Ticket>& ticket) {
  auto progress = std::make_optional<ProgressLine>("explain");
  const auto explanation = audit::explain(*data.journal, *data.store, data.settings, question, *progress);
  progress.reset();
  if (const Status undisturbed = data.undisturbed(); !undisturbed.ok())
    return fail(undisturbed.error().message);
  if (!explanation.ok()) return fail(explanation.error().message);
  if (ticket) {
    if (const Status found = check_place(*ticket, *explanation, *data.store); !found.ok())
      return fail(found.error().message);
  }
  const auto marked = ticket ? std::optional(ticket->offset) : std::nullopt;
  const bool told = explanation->requests() > 0 || (explanation->holds && explanation->holds->imported);
  if (values.on("json")) {
    std::printf("%s\n", as_json(*explanation, marked).c_str());
  } else if (told) {
    std::fputs(in_words(*explanation, marked).c_str(), stdout);
  } else {
    return fail(nothing_to_tell(*explanation));
  }
  return told ? kFine : kFailed;
}

int run(const Values& values) {
  const bool by_name = values.has("policy") && values.has("user") && !values.has("ticket");
  const bool by_ticket = values.has("ticket") && !values.has("policy") && !values.has("user");
  if (!by_name && !by_ticket) {
    std::fputs(wrong_usage("explain", "say --policy and --user, or --ticket alone").text.c_str(), stderr);
    return kWrongUsage;
  }
  const auto place = data_place(values);
  if (!place.ok()) {
    std::fputs(wrong_usage("explain", place.error().message).text.c_str(), stderr);
    return kWrongUsage;
  }
  auto data = node::read_data(*place);
  if (!data.ok()) return fail(data.error().message, kWrongUsage);
  if (Status same = store::check_same_data(data->settings, *data->journal); !same.ok())
    return fail(same.error().message);
  const auto ticket = read_ticket(values, data->settings);
  if (!ticket.ok()) return fail(ticket.error().message);
  if (*ticket) return tell(values, *data, {(*ticket)->policy, (*ticket)->user}, *ticket);
  return tell(values, *data, {PolicyId{values.number("policy")}, UserId{values.number("user")}},
              std::nullopt);
}

}  // namespace

Command explain_command() {
  const auto options = with_servers_options(explain_options());
  return {"explain",
          "one user's story with one policy, from the journal",
          "  firstcome explain --policy 7 --user 42\n"
          "  firstcome explain --ticket AgAAAAGdQcfiW4A2-gAAAAAAAAABAAAAAAAAACoAAAAAAAAAAAAABut-_QoUNYc\n"
          "  firstcome explain --policy 7 --user 42 --data /var/lib/firstcome --json\n"
          "  firstcome explain --policy 7 --user 42 --journal kafka://a:9092 --store "
          "postgresql://firstcome_edge@db/firstcome\n"
          "\nExit code 0: told. 1: there is nothing to tell, or the ticket is forged. 2: wrong usage.\n",
          {options.begin(), options.end()},
          run};
}

}  // namespace firstcome::cli
