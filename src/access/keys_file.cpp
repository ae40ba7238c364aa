#include "access/keys_file.h"

#define TOML_ENABLE_FORMATTERS 0  // firstcome only reads TOML
#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>

#include "text/byte_order_mark.h"
#include "text/toml_lines.h"

namespace firstcome::access {
namespace {

constexpr std::array<std::string_view, 1> kTables = {"[[key]]"};

/// Reads the members of one table. The first error stays.
class KeyReader {
 public:
  KeyReader(const toml::table& table, const std::string& source) : table_(table), source_(source) {}

  Result<Key> read() {
    for (const auto& [name, node] : table_) {
      const std::string_view member = name.str();
      if (member == "name") {
        read_name(node);
      } else if (member == "scopes") {
        read_scopes(node);
      } else if (member == "sha256") {
        read_hash(node);
      } else if (member == "policies") {
        read_policies(node);
      } else if (member == "expires") {
        read_expiry(node);
      } else {
        fail(node, fmt::format(
                       "'{}' is not a member of a key; there are name, scopes, sha256, policies and expires",
                       member));
      }
    }
    for (const std::string_view member : {"name", "scopes", "sha256"}) {
      if (!table_.contains(member)) {
        fail(table_,
             fmt::format("the key has no {}. Run: firstcome key new, which prints a whole one", member));
      }
    }
    if (error_) return *error_;
    return std::move(key_);
  }

 private:
  void fail(const toml::node& node, std::string_view what) {
    if (!error_) error_ = Error::permanent("{} line {}: {}", source_, node.source().begin.line, what);
  }

  void read_name(const toml::node& node) {
    key_.name = node.value_exact<std::string>().value_or("");
    if (!is_key_name(key_.name))
      fail(node, "name must be 1 to 64 letters, digits, '.', '_' or '-' in quotes");
  }

  void read_scopes(const toml::node& node) {
    constexpr std::string_view kExpected =
        "scopes must be a list of issue, read, use, admin or metrics, each once and in quotes";
    const toml::array* list = node.as_array();
    if (list == nullptr) return fail(node, kExpected);
    if (list->empty())
      return fail(node, "the key has no scope, so it permits nothing; list one, or remove the key");
    for (const toml::node& one : *list) {
      const auto scope = parse_scope(one.value_exact<std::string>().value_or(""));
      if (!scope || key_.scopes.has(*scope)) return fail(one, kExpected);
      key_.scopes.add(*scope);
    }
  }

  void read_hash(const toml::node& node) {
    if (!from_hex(node.value_exact<std::string>().value_or(""), key_.sha256)) {
      fail(node, "sha256 must be the SHA-256 of the secret in 64 hexadecimal digits, in quotes");
    }
  }

  void read_policies(const toml::node& node) {
    constexpr std::string_view kExpected = "policies must be a list of policy ids, each once, such as [7, 8]";
    const toml::array* list = node.as_array();
    if (list == nullptr) return fail(node, kExpected);
    if (list->empty())
      return fail(node, "the list is empty, so the key permits nothing; remove policies for every policy");
    auto policies = std::make_shared<std::vector<PolicyId>>();
    for (const toml::node& one : *list) {
      policies->emplace_back(one.value_exact<std::int64_t>().value_or(0));
      if (!policies->back().valid()) return fail(one, kExpected);
    }
    std::ranges::sort(*policies);
    if (std::ranges::adjacent_find(*policies) != policies->end()) return fail(node, kExpected);
    key_.policies = std::move(policies);
  }

  void read_expiry(const toml::node& node) {
    const auto typed = node.value_exact<toml::date_time>();
    if (!typed || !typed->offset) {
      return fail(node,
                  "expires must be a time with an offset and without quotes, such as 2027-01-01T00:00:00Z");
    }
    const auto& [date, time, offset] = *typed;
    const auto day = std::chrono::sys_days(std::chrono::year(date.year) / date.month / date.day);
    const Timestamp expires = Timestamp(day.time_since_epoch()) + std::chrono::hours(time.hour) +
                              std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
                              milliseconds(time.nanosecond / 1'000'000) -
                              std::chrono::minutes(offset->minutes);
    if (!is_writable(expires)) return fail(node, "expires must be in the years 1 to 9999 of UTC");
    key_.expires = expires;
  }

  const toml::table& table_;
  const std::string& source_;
  Key key_;
  std::optional<Error> error_;
};

Result<std::vector<Key>> read_keys(const toml::table& root, const std::string& source) {
  std::vector<Key> keys;
  for (const auto& [name, node] : root) {
    const toml::array* list = node.as_array();
    if (name.str() != "key" || list == nullptr) {
      return Error::permanent("{} line {}: '{}' is not expected here; each key begins with a line [[key]]",
                              source, node.source().begin.line, name.str());
    }
    for (const toml::node& one : *list) {
      const auto line = one.source().begin.line;
      const toml::table* table = one.as_table();
      if (table == nullptr)
        return Error::permanent("{} line {}: each key begins with a line [[key]]", source, line);
      ASSIGN_OR_RETURN(auto key, KeyReader(*table, source).read());
      for (const Key& other : keys) {
        if (other.name == key.name) {
          return Error::permanent("{} line {}: another key has the name {}; give each its own", source, line,
                                  key.name);
        }
        if (other.sha256 == key.sha256) {
          return Error::permanent(
              "{} line {}: key {} has the secret of key {}. Run: firstcome key new --name {}", source, line,
              key.name, other.name, key.name);
        }
      }
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

}  // namespace

Result<std::vector<Key>> parse_keys(std::string_view toml, const std::string& source) {
  if (toml.starts_with(text::kByteOrderMark)) toml.remove_prefix(text::kByteOrderMark.size());
  RETURN_IF_ERROR(text::refuse_unsafe_toml(toml, source, kTables));
  try {
    return read_keys(toml::parse(toml, source), source);
  } catch (const toml::parse_error& error) {
    return Error::permanent("{} line {}: {}", source, error.source().begin.line, error.description());
  }
}

}  // namespace firstcome::access
