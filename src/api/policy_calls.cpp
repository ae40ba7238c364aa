#include "api/policy_calls.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>
#include <utility>

#include "admission/unavailable.h"
#include "api/create_key.h"
#include "api/paging.h"
#include "api/policy_pages.h"
#include "domain/home.h"
#include "domain/policy_numbers.h"
#include "text/json_text.h"

namespace firstcome::api {
namespace {

/// Limits of a page. That of users bounds the work and the memory that any client can cause with one request.
constexpr std::size_t kPageMostForUsers = 100;
constexpr std::size_t kPageMostForOperators = 1'000;
/// Ids proposed for one create until the caller gets EXISTS: another create would have to take the same id each time.
constexpr int kProposalsMost = 32;
/// Attempts of a command without If-Match until the caller gets STALE: another command would have to change the policy
/// before each attempt.
constexpr int kRevisionsMost = 32;

/// 128 random bits.
std::string random_text() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 4; ++i) text += fmt::format("{:08x}", random());
  return text;
}

/// A number in quotes, as in the ETags of this server.
std::optional<std::int64_t> revision_in(std::string_view tag) {
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return std::nullopt;
  return parse_id(tag.substr(1, tag.size() - 2));
}

}  // namespace

net::Handled PolicyCalls::list(const Target& target, Exchange& exchange, Now) {
  const auto refuse = [&](Problem problem, std::string_view detail) {
    parts_.answering.problem(problem, detail, exchange);
    return net::Handled::Now;
  };
  const auto cursor = cursor_of(target.query);
  const auto limit = limit_of(target.query, exchange.admin ? kPageMostForOperators : kPageMostForUsers);
  if (!cursor) return refuse(Problem::BadRequest, kWrongCursor);
  if (!limit) return refuse(Problem::BadRequest, "limit must be a whole number from 1.");
  const admission::Readable found = admission::readable(parts_.snapshots);
  if (found.replays)
    return refuse(Problem::Unavailable, admission::unavailable_reason(replica::Health::Replaying));
  const PoliciesQuestion question{.after = *cursor, .limit = *limit};
  exchange.policy.reset();
  if (parts_.snapshots.retired() > 0) return ask_store(question, exchange);
  PoliciesAnswer page = policies_in_memory(parts_.snapshots, question);
  page.left_out = found.left_out;
  std::erase_if(page.policies, [&](const Policy& policy) {
    return std::ranges::find(found.left_out, home(policy.id, parts_.snapshots.homes())) !=
           found.left_out.end();
  });
  show_page(page, exchange);
  return net::Handled::Now;
}

void PolicyCalls::show_page(const PoliciesAnswer& page, Exchange& exchange) {
  body_ = R"({"policies":[)";
  for (const Policy& policy : page.policies) {
    body_ += body_.back() == '[' ? "{" : ",{";
    parts_.answering.append_policy(policy, exchange.ids, body_);
    body_ += '}';
  }
  body_ += ']';
  append_left_out(page.left_out, body_);
  end_page(page.next_cursor, body_);
  parts_.answering.json(200, body_, exchange, kNoStore);
}

net::Handled PolicyCalls::get(const Target& target, Exchange& exchange, Now) {
  const PolicyId policy = target.policy;
  const Partition partition = home(policy, parts_.snapshots.homes());
  const std::string_view reason = admission::unavailable_reason(parts_.snapshots.partition(partition).health);
  if (!reason.empty()) {
    parts_.answering.problem_about(Problem::Unavailable, reason, {.policy = policy}, exchange);
    return net::Handled::Now;
  }
  if (const auto shown = show(policy, exchange)) return *shown;
  const bool waits = parts_.admission.unknown_policies().wait(
      policy, partition,
      [this, policy, caller = exchange.caller](admission::UnknownPolicies::Verdict verdict, Now) {
        Exchange* waiting = parts_.callers.find(caller);
        if (waiting == nullptr) return;
        if (after_wait(policy, verdict, *waiting) == net::Handled::Now) parts_.callers.answer(caller);
      });
  if (waits) return net::Handled::Later;
  parts_.answering.problem_about(Problem::Overloaded, "Too many requests for unknown policies are waiting.",
                                 {.policy = policy}, exchange);
  return net::Handled::Now;
}

net::Handled PolicyCalls::after_wait(PolicyId policy, admission::UnknownPolicies::Verdict verdict,
                                     Exchange& exchange) {
  const auto refuse = [&](Problem problem, std::string_view detail) {
    parts_.answering.problem_about(problem, detail, {.policy = policy}, exchange);
    return net::Handled::Now;
  };
  const std::string_view reason = admission::unavailable_reason(
      parts_.snapshots.partition(home(policy, parts_.snapshots.homes())).health);
  if (!reason.empty()) return refuse(Problem::Unavailable, reason);
  if (const auto shown = show(policy, exchange)) return *shown;
  if (verdict == admission::UnknownPolicies::Verdict::Unknown) {
    return refuse(Problem::NotFound, meaning_of(Code::UnknownPolicy));
  }
  return refuse(Problem::Unavailable, "This node cannot check now if this policy exists. Try again.");
}

std::optional<net::Handled> PolicyCalls::show(PolicyId policy, Exchange& exchange) {
  const replica::PolicySnapshot* view = parts_.admission.views().view(policy);
  if (view == nullptr) return std::nullopt;
  if (view->id_only) {
    exchange.policy = policy;
    return ask_store({.after = PolicyId{policy.value - 1}, .only = policy}, exchange);
  }
  show(view->policy, exchange);
  return net::Handled::Now;
}

void PolicyCalls::show(const Policy& policy, Exchange& exchange) {
  body_ = '{';
  parts_.answering.append_policy(policy, exchange.ids, body_);
  body_ += '}';
  headers_ = "ETag: \"";
  text::append_number(policy.revision, headers_);
  headers_ += "\"\r\n";
  headers_ += kNoStore;
  parts_.answering.json(200, body_, exchange, headers_);
}

net::Handled PolicyCalls::ask_store(const PoliciesQuestion& question, Exchange& exchange) {
  if (parts_.queries.try_ask(exchange.caller, exchange.turns_with(), question, parts_.answers))
    return net::Handled::Later;
  parts_.answering.problem(Problem::Overloaded, "Too many queries are waiting for the store.", exchange);
  return net::Handled::Now;
}

net::Handled PolicyCalls::question_answered(const PoliciesAnswer& answer, Exchange& exchange, Now now) {
  if (!exchange.policy) {
    show_page(answer, exchange);
  } else if (answer.policies.empty()) {
    parts_.answering.problem_about(Problem::Unavailable,
                                   "The store does not have this closed policy yet. Try again.",
                                   {.policy = *exchange.policy}, exchange);
  } else if (exchange.decided) {
    return decided(answer.policies.front(), exchange, now);
  } else {
    show(answer.policies.front(), exchange);
  }
  return net::Handled::Now;
}

bool PolicyCalls::read_if_match(PolicyCommand& command, Exchange& exchange) {
  const auto& tag = exchange.request.if_match;
  if (!tag || *tag == "*") return true;
  command.revision = revision_in(*tag);
  if (!command.revision) {
    parts_.answering.problem(Problem::BadRequest, R"(If-Match must be one ETag of this policy, like "3".)",
                             exchange);
  }
  return command.revision.has_value();
}

net::Handled PolicyCalls::create(const Target&, Exchange& exchange, Now now) {
  auto command = parts_.bodies.create(exchange.request.body);
  if (!command) {
    parts_.answering.wrong_body(parts_.bodies.error(), exchange);
    return net::Handled::Now;
  }
  exchange.proposed.reset();
  if (exchange.request.idempotency_key && !read_key(*command, exchange)) return net::Handled::Now;
  if (const auto owner = prefix_owner(*command)) {
    const std::string message = fmt::format(
        "is the prefix of policy {}; people tell the codes of policies by their prefixes", *owner);
    parts_.answering.wrong_body({.problem = Problem::Invalid,
                                 .detail = fmt::format("codePrefix {}.", message),
                                 .fields = {{.field = "codePrefix", .message = message}}},
                                exchange);
    return net::Handled::Now;
  }
  if (command->policy.valid()) return send(std::move(*command), exchange, now);
  exchange.proposed = std::move(command);
  exchange.proposals = 0;
  return propose(exchange, now);
}

/// Best effort: two creates at the same time can have one prefix, and a policy that is over is not in memory. A repeat of the
/// same create is not refused, because the answer to it is decided in the journal.
std::optional<PolicyId> PolicyCalls::prefix_owner(const PolicyCommand& create) const {
  constexpr std::size_t kAtOnce = 1'000;
  if (!create.code_prefix) return std::nullopt;
  const std::string_view key = idempotency_key_of(create.create_key);
  PolicyId after;
  while (true) {
    const auto page = parts_.snapshots.list(after, kAtOnce);
    for (const auto& snapshot : page) {
      const Policy& policy = snapshot->policy;
      const bool is_the_same = policy.id == create.policy || (!key.empty() && !policy.create_key.empty() &&
                                                              idempotency_key_of(policy.create_key) == key);
      if (policy.code_prefix == *create.code_prefix && !is_the_same) return policy.id;
      after = policy.id;
    }
    if (page.size() < kAtOnce) return std::nullopt;
  }
}

bool PolicyCalls::read_key(PolicyCommand& command, Exchange& exchange) {
  const auto key = read_idempotency_key(*exchange.request.idempotency_key);
  if (!key) {
    parts_.answering.problem(Problem::BadRequest, kIdempotencyKeyRule, exchange);
  } else if (command.policy.valid()) {
    parts_.answering.problem_about(
        Problem::Invalid, "Send an id or an Idempotency-Key, not both: an id is used only once in any case.",
        {.policy = command.policy}, exchange);
  } else {
    command.create_key = create_key_of(command, *key);
    return true;
  }
  return false;
}

/// Proposes the id of the key, or the next id in order. Another create may take it first. If an operator has used up the ids in order, it
/// proposes the id of a random key.
net::Handled PolicyCalls::propose(Exchange& exchange, Now now) {
  PolicyCommand& command = *exchange.proposed;
  if (!command.create_key.empty()) {
    command.policy = policy_id_of_key(idempotency_key_of(command.create_key), exchange.proposals++);
    return send(command, exchange, now);
  }
  const std::int64_t next = std::max(parts_.snapshots.highest_numbered().value,
                                     command.policy.value < kNumberedIdsEnd ? command.policy.value : 0) +
                            1;
  command.policy = next < kNumberedIdsEnd ? PolicyId{next} : policy_id_of_key(random_text(), 0);
  ++exchange.proposals;
  return send(command, exchange, now);
}

net::Handled PolicyCalls::change(const Target& target, Exchange& exchange, Now now) {
  auto command = parts_.bodies.change(exchange.request.body);
  if (!command) {
    parts_.answering.wrong_body(parts_.bodies.error(), exchange);
    return net::Handled::Now;
  }
  if (!read_if_match(*command, exchange)) return net::Handled::Now;
  command->policy = target.policy;
  return send_for_revision(std::move(*command), exchange, now);
}

net::Handled PolicyCalls::import_chunk(const Target& target, Exchange& exchange, Now now) {
  auto command = parts_.bodies.import_chunk(exchange.request.body);
  if (!command) {
    parts_.answering.wrong_body(parts_.bodies.error(), exchange);
    return net::Handled::Now;
  }
  if (!read_if_match(*command, exchange)) return net::Handled::Now;
  command->policy = target.policy;
  return send(std::move(*command), exchange, now);
}

/// Without If-Match: a chunk has no revision, because `first` makes a copy UNCHANGED.
net::Handled PolicyCalls::list_users(const Target& target, Exchange& exchange, Now now) {
  auto command = parts_.bodies.list_chunk(exchange.request.body);
  if (!command) {
    parts_.answering.wrong_body(parts_.bodies.error(), exchange);
    return net::Handled::Now;
  }
  command->policy = target.policy;
  return send(std::move(*command), exchange, now);
}

/// As list_users(). A code must not belong to two policies. Their partitions decide without each other, so this edge compares
/// the chunk with the other policies that it has in memory.
net::Handled PolicyCalls::add_codes(const Target& target, Exchange& exchange, Now now) {
  auto command = parts_.bodies.code_chunk(exchange.request.body);
  if (!command) {
    parts_.answering.wrong_body(parts_.bodies.error(), exchange);
    return net::Handled::Now;
  }
  command->policy = target.policy;
  const auto lists = parts_.snapshots.code_lists();
  std::int64_t number = command->coupon_codes.first;
  for (const std::string& code : command->coupon_codes.codes) {
    const auto place = replica::find_code(*lists, code, target.policy);
    if (place) {
      parts_.answering.repeated_code({.policy = target.policy}, number, place->policy, exchange);
      return net::Handled::Now;
    }
    ++number;
  }
  return send(std::move(*command), exchange, now);
}

net::Handled PolicyCalls::set_state(PolicyCommand::Kind kind, PolicyId policy, Exchange& exchange, Now now) {
  PolicyCommand command;
  command.kind = kind;
  command.policy = policy;
  if (!read_if_match(command, exchange)) return net::Handled::Now;
  return send_for_revision(std::move(command), exchange, now);
}

/// With If-Match the caller chooses the revision. Without it admission fills in the revision that this edge has, and the
/// last writer wins.
net::Handled PolicyCalls::send_for_revision(PolicyCommand command, Exchange& exchange, Now now) {
  if (!command.revision) {
    exchange.proposed = command;
    exchange.proposals = 1;
  }
  return send(std::move(command), exchange, now);
}

net::Handled PolicyCalls::send(PolicyCommand command, Exchange& exchange, Now now) {
  command.who = exchange.sender.name.empty() ? "admin" : exchange.sender.name;
  exchange.command = command.kind;
  exchange.wait = parts_.settings.wait(exchange.request);
  const auto reply = parts_.admission.command(exchange.caller, std::move(command), exchange.wait, now);
  if (!reply) return net::Handled::Later;
  return replied(*reply, exchange, now);
}

net::Handled PolicyCalls::replied(const admission::Reply& reply, Exchange& exchange, Now now) {
  const Code code = reply.kind == admission::ReplyKind::Decided ? reply.decision.code : Code::None;
  if (exchange.proposed && code == Code::Exists && !exchange.proposed->create_key.empty()) {
    if (reply.policy_after) return compare_key(*reply.policy_after, exchange, now);
    return show_closed(Code::Exists, reply.policy, exchange, now);
  }
  if (exchange.proposed && code == Code::Exists && exchange.proposals < kProposalsMost) {
    return propose(exchange, now);
  }
  if (exchange.proposed && code == Code::Stale && exchange.proposals < kRevisionsMost) {
    ++exchange.proposals;
    return send(*exchange.proposed, exchange, now);
  }
  if (code == Code::Unchanged && !reply.policy_after) return show_closed(code, reply.policy, exchange, now);
  parts_.answering.command(reply, exchange.command, exchange);
  return net::Handled::Now;
}

/// The key of a policy never changes, so any state of the policy that this node has shows it.
net::Handled PolicyCalls::compare_key(const Policy& policy, Exchange& exchange, Now now) {
  const std::string& key = exchange.proposed->create_key;
  if (policy.create_key == key) {
    parts_.answering.carried_out(Code::Unchanged, PolicyCommand::Kind::Create, policy, exchange);
  } else if (idempotency_key_of(policy.create_key) == idempotency_key_of(key)) {
    parts_.answering.problem_about(
        Problem::Invalid,
        "This Idempotency-Key has created this policy with another body. Use a new key for another policy.",
        {.policy = policy.id}, exchange);
  } else if (exchange.proposals < kProposalsMost) {
    return propose(exchange, now);
  } else {
    parts_.answering.problem(
        Problem::Invalid, "Other policies have all ids of this Idempotency-Key. Use another key.", exchange);
  }
  return net::Handled::Now;
}

/// Continues with a closed policy that the decider has dropped.
net::Handled PolicyCalls::show_closed(Code code, PolicyId policy, Exchange& exchange, Now now) {
  exchange.policy = policy;
  exchange.decided = code;
  const replica::PolicySnapshot* view = parts_.admission.views().view(policy);
  if (view != nullptr && !view->id_only) return decided(view->policy, exchange, now);
  return ask_store({.after = PolicyId{policy.value - 1}, .only = policy}, exchange);
}

net::Handled PolicyCalls::decided(const Policy& policy, Exchange& exchange, Now now) {
  if (exchange.decided == Code::Exists) return compare_key(policy, exchange, now);
  parts_.answering.carried_out(*exchange.decided, exchange.command, policy, exchange);
  return net::Handled::Now;
}

}  // namespace firstcome::api
