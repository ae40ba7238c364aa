#include "cli/import_source.h"

#include <fmt/core.h>

#include <algorithm>

namespace firstcome::cli {
namespace {

using postgres::Columns;
using postgres::Row;
using postgres::Rows;

constexpr int kUsersNamed = 10;

/// As PostgreSQL quotes names and texts (manual, "Lexical Structure").
std::string quoted(const std::string& text, char quote) {
  std::string out(1, quote);
  for (const char c : text) out.append(c == quote ? 2 : 1, c);
  return out + quote;
}
std::string column(const std::string& name) { return "t." + quoted(name, '"'); }

std::string table(const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return quoted(name, '"');
  return quoted(name.substr(0, dot), '"') + '.' + quoted(name.substr(dot + 1), '"');
}

std::string millis(const std::string& instant) {
  return "floor(extract(epoch FROM " + instant + ") * 1000)::bigint";
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

postgres::SessionSettings patient() {
  postgres::SessionSettings settings;
  settings.statement_timeout = milliseconds{0};
  settings.idle_in_transaction_timeout = milliseconds{0};
  settings.search_path = "";
  return settings;
}

std::optional<Timestamp> maybe_millis(Columns& columns) {
  const auto value = columns.maybe_int8();
  return value ? std::optional(from_millis(*value)) : std::nullopt;
}

}  // namespace

ImportSource::ImportSource(postgres::Address address, SourceNames names, std::int64_t policy)
    : names_(std::move(names)), policy_(policy), connection_(std::move(address), patient(), {}) {}

/// Without the advice that errors of the store bring: these are other tables.
Error ImportSource::fail(const std::string& what) const {
  return Error::permanent(connection_.name() + ": " + what + ": " + connection_.failure().words);
}

Result<Rows> ImportSource::ask(const std::string& sql) {
  auto rows = connection_.query(sql.c_str());
  if (!rows.ok()) return fail("asking for " + sql);
  return rows;
}

// --- what the tables are like -------------------------------------------------------------------------

Status ImportSource::open() {
  snapshot_.emplace(connection_);
  RETURN_IF_ERROR(snapshot_->begin_long_snapshot());
  ASSIGN_OR_RETURN(const auto policies, columns_of(names_.policy_table));
  ASSIGN_OR_RETURN(const auto coupons, columns_of(names_.coupon_table));

  const std::vector<std::string> integers{"int2", "int4", "int8"};
  const std::vector<std::string> texts{"text", "varchar", "bpchar"};
  struct Needed {
    const Types& columns;
    const std::string& table;
    const std::string& column;
    std::vector<std::string> types;
    const char* option;
  };
  const std::vector<Needed> all{
      {policies, names_.policy_table, names_.policy_id, integers, "--policy-id-column"},
      {policies, names_.policy_table, names_.name, texts, "--name-column"},
      {policies, names_.policy_table, names_.max_count, integers, "--max-count-column"},
      {coupons, names_.coupon_table, names_.coupon_policy, integers, "--coupon-policy-column"},
      {coupons, names_.coupon_table, names_.user, integers, "--user-column"},
      {coupons, names_.coupon_table, names_.coupon_id, {}, "--id-column"},
  };
  for (const Needed& one : all) {
    if (one.column.empty()) continue;
    RETURN_IF_ERROR(find(one.columns, one.table, one.column, one.types, one.option));
  }
  ASSIGN_OR_RETURN(auto issued,
                   instant(coupons, names_.coupon_table, names_.issued_at, "--issued-at-column"));
  issued_at_ = std::move(issued);
  for (auto [name, sql, option] : {std::tuple{&names_.starts, &starts_, "--issue-starts-at-column"},
                                   std::tuple{&names_.ends, &ends_, "--issue-ends-at-column"}}) {
    if (name->empty()) continue;
    ASSIGN_OR_RETURN(auto found, instant(policies, names_.policy_table, *name, option));
    *sql = std::move(found);
  }
  return Done{};
}

Result<ImportSource::Types> ImportSource::columns_of(const std::string& name) {
  ASSIGN_OR_RETURN(
      auto rows,
      ask("SELECT a.attname::text, t.typname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
          "WHERE a.attrelid = to_regclass(" +
          quoted(table(name), '\'') + ") AND a.attnum > 0 AND NOT a.attisdropped"));
  if (rows.empty()) {
    return Error::permanent(
        connection_.name() + ": there is no table " + name +
        ", or this role may not see it; say --policy-table and --coupon-table, as schema.table "
        "where it is in none of search_path");
  }
  Types types;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = (rows)[i];
    Columns columns(row);
    const std::string column_name(columns.text());
    types[column_name] = columns.text();
  }
  return types;
}

Status ImportSource::find(const Types& columns, const std::string& name, const std::string& wanted,
                          const std::vector<std::string>& types, const char* option) {
  const auto found = columns.find(wanted);
  if (found == columns.end()) {
    std::vector<std::string> others;
    for (const auto& [other, type] : columns) others.push_back(other);
    return Error::permanent(name + " has no column " + wanted + ", but " + joined(others, ", ") + ": say " +
                            option);
  }
  if (types.empty() || std::find(types.begin(), types.end(), found->second) != types.end()) return Done{};
  return Error::permanent(name + "." + wanted + " is of type " + found->second + ", but has to be one of " +
                          joined(types, ", ") + ": name a view that converts it");
}

/// The column as an instant: PostgreSQL itself converts times without a zone.
Result<std::string> ImportSource::instant(const Types& columns, const std::string& name,
                                          const std::string& wanted, const char* option) {
  RETURN_IF_ERROR(find(columns, name, wanted, {"timestamp", "timestamptz"}, option));
  if (columns.at(wanted) == "timestamptz") return column(wanted);
  if (names_.zone.empty()) {
    return Error::permanent(name + "." + wanted +
                            " has times without a zone: say which one they are in, like --zone Asia/Seoul");
  }
  return "(" + column(wanted) + " AT TIME ZONE " + quoted(names_.zone, '\'') + ")";
}

// --- what is in them ----------------------------------------------------------------------------------

std::string ImportSource::coupons() const {
  return fmt::format(" FROM {} AS t WHERE {} = {}{}", table(names_.coupon_table),
                     column(names_.coupon_policy), policy_,
                     (names_.where.empty() ? "" : " AND (" + names_.where + ")"));
}

Result<SourcePolicy> ImportSource::policy() {
  const std::string max_count =
      names_.max_count.empty() ? "0::bigint" : column(names_.max_count) + "::bigint";
  auto rows = ask(fmt::format("SELECT {}, {}, {}, {} FROM {} AS t WHERE {} = {}",
                              (names_.name.empty() ? "''::text" : column(names_.name) + "::text"), max_count,
                              millis(starts_), millis(ends_), table(names_.policy_table),
                              column(names_.policy_id), policy_));
  if (!rows.ok()) return rows.error();
  if (rows->size() != 1) {
    return Error::permanent("{} has {} rows with {} = {}", names_.policy_table, rows->size(),
                            names_.policy_id, policy_);
  }
  const Row row = (*rows)[0];
  Columns columns(row);
  SourcePolicy policy;
  policy.name = columns.maybe_text().value_or("");
  policy.max_count = columns.maybe_int8().value_or(0);
  policy.starts = maybe_millis(columns);
  policy.ends = maybe_millis(columns);
  return policy;
}

Result<ImportSource::Survey> ImportSource::survey() {
  const std::string user = column(names_.user);
  const std::string strange = "(" + issued_at_ + " < '1970-01-01Z'::timestamptz OR " + issued_at_ +
                              " >= '10000-01-01Z'::timestamptz)";
  const auto how_many = [](const std::string& of) { return ", count(*) FILTER (WHERE " + of + ")"; };
  ASSIGN_OR_RETURN(auto rows, ask("SELECT count(*)" + how_many(user + " IS NULL") + how_many(user + " < 1") +
                                  how_many(column(names_.issued_at) + " IS NULL") + how_many(strange) +
                                  how_many(column(names_.coupon_id) + " IS NULL") + coupons()));
  const Row row = (rows)[0];
  Columns columns(row);
  Survey survey{.coupons = columns.int8(), .problems = {}};
  const auto problem = [&](const std::string& what) {
    if (const std::int64_t number = columns.int8(); number > 0) {
      survey.problems.push_back(fmt::format("{} coupons of {} {}", number, names_.coupon_table, what));
    }
  };
  problem("have no " + names_.user);
  problem("have a " + names_.user + " below 1; ids of users are 1 to 9223372036854775807");
  problem("have no " + names_.issued_at);
  problem("have an " + names_.issued_at + " that is not of the years 1970 to 9999");
  problem("have no " + names_.coupon_id + ", which says who is first among those of one moment");
  RETURN_IF_ERROR(survey_users(survey));
  return survey;
}

Status ImportSource::survey_users(Survey& survey) {
  const std::string user = column(names_.user);
  ASSIGN_OR_RETURN(auto rows, ask(fmt::format("SELECT {}::bigint, count(*), count(*) OVER (){} AND {} IS NOT "
                                              "NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT {}",
                                              user, coupons(), user, kUsersNamed)));
  std::string named;
  std::int64_t all = 0;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = (rows)[i];
    Columns columns(row);
    const std::int64_t id = columns.int8();
    const std::int64_t times = columns.int8();
    all = columns.int8();
    named += fmt::format("{}{} ({})", (named.empty() ? "" : ", "), id, times);
  }
  if (all == 0) return Done{};
  survey.problems.push_back(
      fmt::format("{}{} more than one coupon: {}{}; --where can say which of them count", all,
                  (all == 1 ? " user holds" : " users hold"), named, (all > kUsersNamed ? ", …" : "")));
  return Done{};
}

Status ImportSource::read(const std::function<Status(const ImportedCoupon&)>& each) {
  const std::string sql = "COPY (SELECT " + column(names_.user) + "::bigint, " + millis(issued_at_) +
                          coupons() + " ORDER BY " + issued_at_ + ", " + column(names_.coupon_id) +
                          ") TO STDOUT (FORMAT binary)";
  std::optional<Error> refused;
  const Status read = connection_.copy_out(sql.c_str(), [&](const Row& row) -> Status {
    Columns columns(row);
    const UserId user{columns.int8()};
    Status taken = each({user, from_millis(columns.int8())});
    if (!taken.ok()) refused = taken.error();
    return taken;
  });
  if (refused) return *refused;
  return read.ok() ? read : Status(fail("reading the coupons"));
}

}  // namespace firstcome::cli
