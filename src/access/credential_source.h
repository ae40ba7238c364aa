#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "access/credentials.h"
#include "domain/result.h"

namespace firstcome::access {

/// The current Credentials of a process. Any thread may call every function.
class CredentialSource {
 public:
  /// Reads the files for the first time.
  static Result<std::unique_ptr<CredentialSource>> open(CredentialSettings settings);

  [[nodiscard]] const CredentialSettings& settings() const { return settings_; }
  [[nodiscard]] std::shared_ptr<const Credentials> current() const;
  /// Rises with each successful reload, after current() has changed. From 1.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  /// Reads the files again. On an error the Credentials stay as they are.
  Status reload();

 private:
  explicit CredentialSource(CredentialSettings settings);

  const CredentialSettings settings_;
  std::mutex reloading_;  ///< one reload at a time
  mutable std::mutex mutex_;
  std::shared_ptr<const Credentials> current_;  ///< under mutex_
  std::atomic<std::uint64_t> generation_ = 0;
};

}  // namespace firstcome::access
