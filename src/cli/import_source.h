#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/import.h"
#include "postgres/connection.h"
#include "postgres/transaction.h"

namespace firstcome::cli {

/// What the tables and columns of another system are called. Tables may have their schema in front.
struct SourceNames {
  std::string policy_table;
  std::string policy_id;
  std::string name;
  std::string max_count;
  std::string starts;  ///< these two may be empty: it has no such column
  std::string ends;
  std::string coupon_table;
  std::string coupon_policy;
  std::string user;
  std::string issued_at;
  std::string coupon_id;
  std::string where;  ///< SQL; empty: every coupon of the policy counts
  std::string zone;   ///< of times without one; empty: there are none
};

/// The policy as the other system has it.
struct SourcePolicy {
  std::string name;
  std::int64_t max_count = 0;
  std::optional<Timestamp> starts;
  std::optional<Timestamp> ends;

  bool operator==(const SourcePolicy&) const = default;
};

/// A policy and its coupons in another system's PostgreSQL, as of one moment: everything is read in one
/// snapshot, which nobody else waits for. Failures say what was asked for and what to do.
class ImportSource {
 public:
  ImportSource(postgres::Address address, SourceNames names, std::int64_t policy);

  /// Begins the snapshot, and sees that the named columns are there and are of types that can be read.
  Status open();
  Result<SourcePolicy> policy();
  /// What nobody could import, each in a sentence; how many coupons there are.
  struct Survey {
    std::int64_t coupons = 0;
    std::vector<std::string> problems;
  };
  Result<Survey> survey();
  /// Every coupon, in the order of issue: (issued_at, id). Ends early with the error of `each`.
  Status read(const std::function<Status(const ImportedCoupon&)>& each);

 private:
  using Types = std::map<std::string, std::string>;  ///< of columns, by name
  Result<Types> columns_of(const std::string& table);
  Status find(const Types& columns, const std::string& table, const std::string& column,
              const std::vector<std::string>& types, const char* option);
  Result<std::string> instant(const Types& columns, const std::string& table, const std::string& column,
                              const char* option);
  Status survey_users(Survey& survey);
  Result<postgres::Rows> ask(const std::string& sql);
  Error fail(const std::string& what) const;
  [[nodiscard]] std::string coupons() const;  ///< FROM … WHERE …

  const SourceNames names_;
  const std::int64_t policy_;
  postgres::Connection connection_;
  std::optional<postgres::Transaction> snapshot_;
  std::string issued_at_;  ///< SQL for the instant
  std::string starts_ = "NULL::timestamptz";
  std::string ends_ = "NULL::timestamptz";
};

}  // namespace firstcome::cli
