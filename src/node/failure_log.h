#pragma once

#include <functional>
#include <map>
#include <string>

#include "domain/result.h"
#include "log/log.h"

namespace firstcome::node {

/// Logs the failures of operations that are retried: a failure once, until the operation succeeds or fails
/// with another message. One thread.
class FailureLog {
 public:
  /// `subject` begins each line; `facts` are added to each.
  FailureLog(std::string subject, log::Facts facts)
      : subject_(std::move(subject)), facts_(std::move(facts)) {}

  /// The operation has ended; `error` is null if it succeeded.
  void ended(const char* operation, const Error* error);

 private:
  [[nodiscard]] log::Facts facts(const char* operation) const;

  const std::string subject_;
  const log::Facts facts_;
  std::map<std::string, std::string, std::less<>> failures_;  ///< operation → last message, while it fails
};

}  // namespace firstcome::node
