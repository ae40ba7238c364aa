#include "cli/import_source.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "text/sql_text.h"

namespace firstcome::cli {
namespace {

using postgres::Columns;
using postgres::Row;
using postgres::Rows;

constexpr int kMaxUsersNamed = 10;

std::string column(const std::string& name) { return "t." + text::sql_quoted(name, '"'); }

std::string table(const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return text::sql_quoted(name, '"');
  return text::sql_quoted(name.substr(0, dot), '"') + '.' + text::sql_quoted(name.substr(dot + 1), '"');
}

/// NULL for an infinite time.
std::string millis(const std::string& instant) {
  return fmt::format("CASE WHEN isfinite({0}) THEN floor(extract(epoch FROM {0}) * 1000)::bigint END",
                     instant);
}

/// SQL for the problem of a time: the text that problem_of() explains. NULL if it has none.
std::string time_problem(const SourceTime& time) {
  return fmt::format(R"(CASE
      WHEN {instant} IN ('infinity', '-infinity') THEN {instant}::text
      WHEN {instant} < '0001-01-01Z'::timestamptz OR {instant} >= '10000-01-01Z'::timestamptz THEN 'range'
      WHEN {skipped} THEN 'skipped' WHEN {repeated} THEN 'repeated' END)",
                     fmt::arg("instant", time.instant), fmt::arg("skipped", time.is_skipped),
                     fmt::arg("repeated", time.is_repeated));
}

constexpr std::string_view kSkipped = "that does not exist, because the clocks were set forward";
constexpr std::string_view kRepeated = "that exists twice, because the clocks were set back";
constexpr std::string_view kUseView =
    "name a view that converts the column to timestamptz, and so decides what is meant";

/// Nothing: an infinite time that means no limit.
std::optional<std::string> explain_time(std::string_view problem, std::string_view no_limit) {
  if (problem == no_limit) return std::nullopt;
  if (problem == "range") return "is outside of the years 1 to 9999";
  if (problem == "skipped") return fmt::format("is a local time {}: {}", kSkipped, kUseView);
  if (problem == "repeated") return fmt::format("is a local time {}: {}", kRepeated, kUseView);
  return fmt::format("is {}, so the policy can issue nothing", problem);
}

/// SQL on one line, for messages.
std::string one_line(std::string_view sql) {
  std::string text;
  for (const char letter : sql) {
    const bool is_space = letter == ' ' || letter == '\n';
    if (!is_space) text += letter;
    if (is_space && !text.empty() && text.back() != ' ') text += ' ';
  }
  return text;
}

postgres::SessionSettings without_timeouts() {
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
    : names_(std::move(names)), policy_(policy), connection_(std::move(address), without_timeouts(), {}) {}

/// Without the hints of store errors, which do not apply to the tables of another system.
Error ImportSource::fail(const std::string& what) const {
  return Error::permanent("{}: {}: {}", connection_.name(), what, connection_.failure().message);
}

Result<Rows> ImportSource::query(const std::string& sql) {
  auto rows = connection_.query(sql.c_str());
  if (!rows.ok()) return fail("the query failed: " + one_line(sql));
  return rows;
}

// --- tables and columns -------------------------------------------------------------------------------

Status ImportSource::open() {
  snapshot_.emplace(connection_);
  RETURN_IF_ERROR(snapshot_->begin_long_snapshot());
  RETURN_IF_ERROR(find_zone());
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
      {coupons, names_.coupon_table, names_.state, texts, "--state-column"},
      {coupons, names_.coupon_table, names_.reference, {}, "--reference-column"},
  };
  for (const Needed& one : all) {
    if (one.column.empty()) continue;
    RETURN_IF_ERROR(check_column(one.columns, one.table, one.column, one.types, one.option));
  }
  ASSIGN_OR_RETURN(auto issued,
                   time_sql(coupons, names_.coupon_table, names_.issued_at, "--issued-at-column"));
  issued_at_ = std::move(issued);
  for (auto [name, sql, option] : {std::tuple{&names_.starts, &starts_, "--issue-starts-at-column"},
                                   std::tuple{&names_.ends, &ends_, "--issue-ends-at-column"}}) {
    if (name->empty()) continue;
    ASSIGN_OR_RETURN(auto found, time_sql(policies, names_.policy_table, *name, option));
    *sql = std::move(found);
  }
  return Done{};
}

Result<ImportSource::Types> ImportSource::columns_of(const std::string& name) {
  ASSIGN_OR_RETURN(const auto rows, query(fmt::format(R"(
    SELECT a.attname::text, t.typname::text
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = to_regclass({}) AND a.attnum > 0 AND NOT a.attisdropped)",
                                                      text::sql_quoted(table(name), '\''))));
  if (rows.empty()) {
    return Error::permanent("{}: there is no table {}, or this role may not read it.", connection_.name(),
                            name)
        .with_hint(
            "Set --policy-table and --coupon-table; use schema.table if the schema is not in search_path.");
  }
  Types types;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    Columns columns(row);
    const std::string column_name(columns.text());
    types[column_name] = columns.text();
  }
  return types;
}

Status ImportSource::check_column(const Types& columns, const std::string& name, const std::string& wanted,
                                  const std::vector<std::string>& types, const char* option) {
  const auto found = columns.find(wanted);
  if (found == columns.end()) {
    std::vector<std::string> others;
    for (const auto& [other, type] : columns) others.push_back(other);
    return Error::permanent("{} has no column {}. It has: {}.", name, wanted, fmt::join(others, ", "))
        .with_hint(fmt::format("Set {}.", option));
  }
  if (types.empty() || std::find(types.begin(), types.end(), found->second) != types.end()) return Done{};
  return Error::permanent("{}.{} has type {}, but must have one of {}.", name, wanted, found->second,
                          fmt::join(types, ", "))
      .with_hint("Name a view that converts it.");
}

/// PostgreSQL takes any text as a time zone: "+09:00" and "Foo+9" have the sign of POSIX, and "KST" means what a file of
/// the server says. So only an ISO offset or the name of a zone of the IANA database gets through.
Status ImportSource::find_zone() {
  if (names_.zone.empty()) return Done{};
  offset_ = parse_iso_offset(names_.zone);
  if (offset_) return Done{};
  ASSIGN_OR_RETURN(const auto rows, query(fmt::format(R"(
    SELECT name FROM pg_timezone_names
    WHERE lower(name) = lower({}) AND name NOT IN ('localtime', 'posixrules') AND name !~ '^(posix|right)/')",
                                                      text::sql_quoted(names_.zone, '\''))));
  if (rows.size() == 1) {
    const Row row = rows[0];
    zone_ = Columns(row).text();
    return Done{};
  }
  return Error::permanent("--zone: '{}' is no time zone of the IANA database and no offset of ISO 8601.",
                          names_.zone)
      .with_hint("Examples are Asia/Seoul, and +09:00 for nine hours east of UTC.");
}

/// SQL for the column as an instant. PostgreSQL converts times without a zone.
Result<SourceTime> ImportSource::time_sql(const Types& columns, const std::string& name,
                                          const std::string& wanted, const char* option) {
  RETURN_IF_ERROR(check_column(columns, name, wanted, {"timestamp", "timestamptz"}, option));
  if (columns.at(wanted) == "timestamptz") return SourceTime{.instant = column(wanted)};
  if (offset_) return time_at_offset(column(wanted), *offset_);
  if (names_.zone.empty()) {
    return Error::permanent("{}.{} has times without a time zone.", name, wanted)
        .with_hint("Set their zone, for example --zone Asia/Seoul.");
  }
  return time_in_zone(column(wanted), zone_);
}

// --- rows ---------------------------------------------------------------------------------------------

std::string ImportSource::from_coupons() const {
  return fmt::format(" FROM {} AS t WHERE {} = {}{}", table(names_.coupon_table),
                     column(names_.coupon_policy), policy_,
                     (names_.where.empty() ? "" : " AND (" + names_.where + ")"));
}

Result<SourcePolicy> ImportSource::policy(std::vector<std::string>& problems) {
  const std::string max_count =
      names_.max_count.empty() ? "0::bigint" : column(names_.max_count) + "::bigint";
  const std::string name = names_.name.empty() ? "''::text" : column(names_.name) + "::text";
  ASSIGN_OR_RETURN(
      const auto rows,
      query(fmt::format("SELECT {}, {}, {}, {}, {}, {} FROM {} AS t WHERE {} = {}", name, max_count,
                        millis(starts_.instant), millis(ends_.instant), time_problem(starts_),
                        time_problem(ends_), table(names_.policy_table), column(names_.policy_id), policy_)));
  if (rows.size() != 1) {
    return Error::permanent("{} has {} rows with {} = {}", names_.policy_table, rows.size(), names_.policy_id,
                            policy_);
  }
  const Row row = rows[0];
  Columns columns(row);
  SourcePolicy policy;
  policy.name = columns.maybe_text().value_or("");
  policy.max_count = columns.maybe_int8().value_or(0);
  policy.starts = maybe_millis(columns);
  policy.ends = maybe_millis(columns);
  const auto check = [&](const std::string& column_name, std::string_view no_limit) {
    const auto found = columns.maybe_text();
    const auto problem = found ? explain_time(*found, no_limit) : std::nullopt;
    if (problem) problems.push_back(fmt::format("{}.{} {}", names_.policy_table, column_name, *problem));
  };
  check(names_.starts, "-infinity");
  check(names_.ends, "infinity");
  return policy;
}

Result<ImportSource::Survey> ImportSource::survey() {
  const std::string user = column(names_.user);
  ASSIGN_OR_RETURN(
      const auto rows,
      query(fmt::format(R"(
    SELECT count(*),
      count(*) FILTER (WHERE {user} IS NULL),
      count(*) FILTER (WHERE {user} < 1),
      count(*) FILTER (WHERE {time} IS NULL),
      count(*) FILTER (WHERE {instant} < '1970-01-01Z'::timestamptz OR {instant} >= '10000-01-01Z'::timestamptz),
      count(*) FILTER (WHERE {id} IS NULL),
      count(*) FILTER (WHERE {skipped}), min({time}) FILTER (WHERE {skipped})::text,
      count(*) FILTER (WHERE {repeated}), min({time}) FILTER (WHERE {repeated})::text
    {from})",
                        fmt::arg("user", user), fmt::arg("time", column(names_.issued_at)),
                        fmt::arg("instant", issued_at_.instant), fmt::arg("id", column(names_.coupon_id)),
                        fmt::arg("skipped", issued_at_.is_skipped),
                        fmt::arg("repeated", issued_at_.is_repeated), fmt::arg("from", from_coupons()))));
  const Row row = rows[0];
  Columns columns(row);
  Survey survey{.coupons = columns.int8(), .problems = {}};
  const auto problem = [&](const std::string& what) {
    if (const std::int64_t number = columns.int8(); number > 0) {
      survey.problems.push_back(fmt::format("{} coupons of {} {}", number, names_.coupon_table, what));
    }
  };
  problem("have no " + names_.user);
  problem("have a " + names_.user + " below 1; user ids must be 1 to 9223372036854775807");
  problem("have no " + names_.issued_at);
  problem("have an " + names_.issued_at + " outside of the years 1970 to 9999");
  problem("have no " + names_.coupon_id + ", which orders coupons with the same time of issue");
  const auto local_problem = [&](std::string_view why) {
    const std::int64_t number = columns.int8();
    const std::string first(columns.maybe_text().value_or(""));
    if (number == 0) return;
    survey.problems.push_back(fmt::format("{} coupons of {} have an {} {}, such as {}: {}", number,
                                          names_.coupon_table, names_.issued_at, why, first, kUseView));
  };
  local_problem(kSkipped);
  local_problem(kRepeated);
  RETURN_IF_ERROR(survey_users(survey));
  RETURN_IF_ERROR(survey_states(survey));
  return survey;
}

Status ImportSource::survey_users(Survey& survey) {
  const std::string user = column(names_.user);
  ASSIGN_OR_RETURN(const auto rows, query(fmt::format(R"(
    SELECT {0}::bigint, count(*), count(*) OVER ()
    {1} AND {0} IS NOT NULL
    GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT {2})",
                                                      user, from_coupons(), kMaxUsersNamed)));
  std::string named;
  std::int64_t all = 0;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    Columns columns(row);
    const std::int64_t id = columns.int8();
    const std::int64_t times = columns.int8();
    all = columns.int8();
    named += fmt::format("{}{} ({})", (named.empty() ? "" : ", "), id, times);
  }
  if (all == 0) return Done{};
  survey.problems.push_back(fmt::format("{} more than one coupon: {}{}; select the valid ones with --where",
                                        all == 1 ? "1 user holds" : fmt::format("{} users hold", all), named,
                                        all > kMaxUsersNamed ? ", …" : ""));
  return Done{};
}

Status ImportSource::read(const std::function<Status(const ImportedCoupon&)>& each) {
  const std::string sql = fmt::format(
      "COPY (SELECT {}::bigint, {}{} ORDER BY {}, {}) TO STDOUT (FORMAT binary)", column(names_.user),
      millis(issued_at_.instant), from_coupons(), issued_at_.instant, column(names_.coupon_id));
  return copy(sql, [&](const Row& row) {
    Columns columns(row);
    const UserId user{columns.int8()};
    return each({user, from_millis(columns.int8())});
  });
}

Status ImportSource::copy(const std::string& sql, const std::function<Status(const Row&)>& each) {
  std::optional<Error> refused;
  const Status read = connection_.copy_out(sql.c_str(), [&](const Row& row) {
    Status taken = each(row);
    if (!taken.ok()) refused = taken.error();
    return taken;
  });
  if (refused) return *refused;
  return read.ok() ? read : Status(fail("cannot read the coupons"));
}

// --- states -------------------------------------------------------------------------------------------

std::string ImportSource::reference_sql() const {
  const std::string none = text::sql_quoted(std::string(kNoReference), '\'');
  return names_.reference.empty() ? none
                                  : fmt::format("coalesce({}::text, {})", column(names_.reference), none);
}

Status ImportSource::survey_states(Survey& survey) {
  if (names_.state.empty()) return Done{};
  ASSIGN_OR_RETURN(
      const auto rows,
      query(fmt::format(R"(
    SELECT count(*) FILTER (WHERE {state} IN ('USED', 'CANCELLED')),
      count(*) FILTER (WHERE {state} NOT IN ('ISSUED', 'USED', 'CANCELLED')),
      min({state}::text) FILTER (WHERE {state} NOT IN ('ISSUED', 'USED', 'CANCELLED')),
      count(*) FILTER (WHERE {state} IN ('USED', 'CANCELLED')
                         AND (octet_length({reference}) NOT BETWEEN 1 AND {most} OR {reference} ~ '[\x01-\x1f\x7f]'))
    {from})",
                        fmt::arg("state", column(names_.state)), fmt::arg("reference", reference_sql()),
                        fmt::arg("most", kReferenceLimit), fmt::arg("from", from_coupons()))));
  const Row row = rows[0];
  Columns columns(row);
  survey.touched = columns.int8();
  const std::int64_t unknown = columns.int8();
  const std::string first(columns.maybe_text().value_or(""));
  const std::int64_t wrong_references = columns.int8();
  if (unknown > 0) {
    survey.problems.push_back(fmt::format(
        "{} coupons of {} have a {} such as '{}'; it must be ISSUED, USED or CANCELLED, or NULL for ISSUED: name a "
        "view that converts it, or select the valid coupons with --where",
        unknown, names_.coupon_table, names_.state, first));
  }
  if (wrong_references > 0) {
    survey.problems.push_back(fmt::format(
        "{} coupons of {} have a {} that is empty, longer than {} bytes, or has control characters",
        wrong_references, names_.coupon_table, names_.reference, kReferenceLimit));
  }
  return Done{};
}

Status ImportSource::read_touched(const std::function<Status(const TouchedCoupon&)>& each) {
  if (names_.state.empty()) return Done{};
  const std::string sql = fmt::format(
      "COPY (SELECT sequence, state = 'USED', reference FROM (SELECT row_number() OVER (ORDER BY {0}, {1}) AS sequence, "
      "{2}::text AS state, {3} AS reference{4}) AS numbered WHERE state IN ('USED', 'CANCELLED') ORDER BY sequence) "
      "TO STDOUT (FORMAT binary)",
      issued_at_.instant, column(names_.coupon_id), column(names_.state), reference_sql(), from_coupons());
  return copy(sql, [&](const Row& row) {
    using Kind = CouponCommand::Kind;
    Columns columns(row);
    TouchedCoupon coupon{.sequence = columns.int8()};
    coupon.kind = columns.boolean() ? Kind::Use : Kind::Cancel;
    coupon.reference = columns.text();
    return each(coupon);
  });
}

}  // namespace firstcome::cli
