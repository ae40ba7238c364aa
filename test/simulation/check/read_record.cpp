#include <nlohmann/json.hpp>

#include "check/naive_model.h"
#include "domain/time.h"

namespace firstcome::check {
namespace {

using Json = nlohmann::json;

struct Unreadable {};

/// The tree, and the top-level names that occur more than once.
struct Parsed {
  Json tree;
  std::set<std::string> twice;
};

Parsed parse(const std::string& text) {
  Parsed parsed;
  std::set<std::string> names;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& name) {
    if (event == Json::parse_event_t::key && depth == 1 && !names.insert(name.get<std::string>()).second) {
      parsed.twice.insert(name.get<std::string>());
    }
    return true;
  };
  parsed.tree = Json::parse(text, watch, false);
  if (!parsed.tree.is_object()) throw Unreadable{};
  return parsed;
}

const Json* field(const Parsed& parsed, const char* name) {
  if (parsed.twice.contains(name)) throw Unreadable{};
  const auto found = parsed.tree.find(name);
  return found == parsed.tree.end() ? nullptr : &*found;
}

std::int64_t integer(const Json& value) {
  if (!value.is_number_integer()) throw Unreadable{};
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) throw Unreadable{};
  return value.get<std::int64_t>();
}

std::int64_t id(const Parsed& parsed, const char* name) {
  const Json* value = field(parsed, name);
  if (value == nullptr || integer(*value) < 1) throw Unreadable{};
  return integer(*value);
}

std::int64_t sequence_number(const Parsed& parsed) {
  const Json* value = field(parsed, "sequenceNumber");
  return value == nullptr ? 0 : integer(*value);
}

std::string text(const Json& value) {
  if (!value.is_string()) throw Unreadable{};
  return value.get<std::string>();
}

void read_request(const std::string& value, ReadRecord& read) {
  if (value.size() > 16 * 1024) throw Unreadable{};
  const Parsed parsed = parse(value);
  read.user = UserId{id(parsed, "userId")};
  read.policy = PolicyId{id(parsed, "policyId")};
  read.sequence_number = sequence_number(parsed);
  read.kind = ReadRecord::Kind::Request;
}

void read_command(const std::string& value, ReadRecord& read) {
  static const std::set<std::string> kCommands{"create", "change", "pause", "resume", "close"};
  const Parsed parsed = parse(value);
  read.policy = PolicyId{id(parsed, "policyId")};
  read.sequence_number = sequence_number(parsed);
  const Json* command = field(parsed, "command");
  if (command == nullptr || !kCommands.contains(text(*command))) throw Unreadable{};
  read.command = text(*command);
  for (const char* name : {"name", "who"}) {
    if (const Json* found = field(parsed, name)) read.text_fields[name] = text(*found);
  }
  for (const char* name : {"maxCount", "perUserLimit", "ifRevision"}) {
    if (const Json* found = field(parsed, name)) read.number_fields[name] = integer(*found);
  }
  for (const char* name : {"issueStartsAt", "issueEndsAt", "validFrom", "validUntil"}) {
    const Json* found = field(parsed, name);
    if (found == nullptr) continue;
    read.time_fields[name] = std::nullopt;
    if (found->is_null()) continue;
    read.time_fields[name] = parse_rfc3339(text(*found));
    if (!read.time_fields[name]) throw Unreadable{};
  }
  read.kind = ReadRecord::Kind::Command;
}

void read_rules(const std::string& value, ReadRecord& read) {
  const Parsed parsed = parse(value);
  read.number_fields["version"] = id(parsed, "version");
  read.kind = ReadRecord::Kind::Rules;
}

Place read_origin(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto digits = [](const std::string& s) {
    return !s.empty() && s.size() < 18 && s.find_first_not_of("0123456789") == std::string::npos;
  };
  if (colon == std::string::npos || !digits(text.substr(0, colon)) || !digits(text.substr(colon + 1))) {
    throw Unreadable{};
  }
  return {static_cast<Partition>(std::stol(text.substr(0, colon))), std::stoll(text.substr(colon + 1))};
}

}  // namespace

ReadRecord read_record(const JournalRecord& record) {
  ReadRecord read;
  std::optional<std::string> kind;
  std::optional<std::string> origin;
  for (const auto& [key, value] : record.headers) {
    if (key == "kind") kind = value;
    if (key == "origin") origin = value;
  }
  try {
    if (!record.value) throw Unreadable{};
    if (origin) read.origin = read_origin(*origin);
    if (!kind) {
      read_request(*record.value, read);
    } else if (*kind == "policy") {
      read_command(*record.value, read);
    } else if (*kind == "rules") {
      read_rules(*record.value, read);
    }
  } catch (const Unreadable&) {
    read.kind = ReadRecord::Kind::Unreadable;
  }
  return read;
}

}  // namespace firstcome::check
