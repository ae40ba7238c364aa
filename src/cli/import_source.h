#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/source_time.h"
#include "domain/coupon_life.h"
#include "domain/import.h"
#include "postgres/database_connection.h"
#include "postgres/transaction.h"

namespace firstcome::cli {

/// The names of tables and columns in another system. A table name may include its schema.
struct SourceNames {
  std::string policy_table;
  std::string policy_id;
  std::string name;
  std::string max_count;
  std::string starts;  ///< empty: there is no such column
  std::string ends;    ///< empty: there is no such column
  std::string coupon_table;
  std::string coupon_policy;
  std::string user;
  std::string issued_at;
  std::string coupon_id;
  std::string state;      ///< empty: every coupon is ISSUED
  std::string reference;  ///< empty: there is no such column
  std::string where;      ///< SQL condition; empty: every coupon of the policy counts
  std::string zone;  ///< of times without a zone, as an IANA name or ISO offset; empty: every time has one
};

/// The policy in the other system.
struct SourcePolicy {
  std::string name;
  std::int64_t max_count = 0;
  std::optional<Timestamp> starts;
  std::optional<Timestamp> ends;

  bool operator==(const SourcePolicy&) const = default;
};

/// A coupon that was used or cancelled in the other system.
struct TouchedCoupon {
  std::int64_t sequence = 0;                            ///< in the order of ImportSource::read(), from 1
  CouponCommand::Kind kind = CouponCommand::Kind::Use;  ///< USE or CANCEL
  std::string reference;                                ///< of the order; kNoReference if there is none
};
inline constexpr std::string_view kNoReference = "imported";

/// A policy and its coupons in the PostgreSQL of another system, read in one snapshot that blocks no other
/// session. Errors name the query and what to do.
class ImportSource {
 public:
  ImportSource(postgres::Address address, SourceNames names, std::int64_t policy);

  /// Begins the snapshot and checks that the columns exist and have readable types.
  Status open();
  /// Infinite times mean no limit. Adds the problems of its times.
  Result<SourcePolicy> policy(std::vector<std::string>& problems);
  /// The number of coupons, and the problems that prevent an import, one sentence each.
  struct Survey {
    std::int64_t coupons = 0;
    std::int64_t touched = 0;  ///< USED or CANCELLED
    std::vector<std::string> problems;
  };
  Result<Survey> survey();
  /// Reads every coupon in the order of issue: (issued_at, id). Ends early with an error of `each`.
  Status read(const std::function<Status(const ImportedCoupon&)>& each);
  /// Reads the coupons that are USED or CANCELLED, in the same order.
  Status read_touched(const std::function<Status(const TouchedCoupon&)>& each);

 private:
  using Types = std::map<std::string, std::string>;  ///< type by name of the column
  Result<Types> columns_of(const std::string& table);
  Status check_column(const Types& columns, const std::string& table, const std::string& column,
                      const std::vector<std::string>& types, const char* option);
  Status find_zone();
  Result<SourceTime> time_sql(const Types& columns, const std::string& table, const std::string& column,
                              const char* option);
  Status survey_users(Survey& survey);
  Status survey_states(Survey& survey);
  Status copy(const std::string& sql, const std::function<Status(const postgres::Row&)>& each);
  [[nodiscard]] std::string reference_sql() const;  ///< the reference of a coupon as text
  Result<postgres::Rows> query(const std::string& sql);
  Error fail(const std::string& what) const;
  [[nodiscard]] std::string from_coupons() const;  ///< FROM … WHERE …

  const SourceNames names_;
  const std::int64_t policy_;
  postgres::DatabaseConnection connection_;
  std::optional<postgres::Transaction> snapshot_;
  std::optional<std::chrono::minutes> offset_;  ///< of --zone
  std::string zone_;                            ///< of --zone, as PostgreSQL writes its name
  SourceTime issued_at_;
  SourceTime starts_;
  SourceTime ends_;
};

}  // namespace firstcome::cli
