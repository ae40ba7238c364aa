#pragma once

#include <memory>
#include <string_view>

#include "access/caller.h"
#include "access/credential_source.h"
#include "access/denial.h"
#include "access/verified_cache.h"
#include "domain/time.h"

namespace firstcome::access {

/// Verifies the credentials of requests, and remembers those that it has accepted until they expire or the files are read
/// again. One per worker, on its thread.
class Authenticator {
 public:
  explicit Authenticator(const CredentialSource& source);
  ~Authenticator();

  struct Verification {
    const Caller* caller = nullptr;  ///< null: see denial. Valid until the next call.
    Denial denial = Denial::None;
    bool cached = false;
  };
  /// `authorization` is the value of the header field: "Bearer fck_…". A request without the field is anonymous: that is
  /// not decided here.
  Verification verify(std::string_view authorization, Timestamp now);

 private:
  const CredentialSource& source_;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const Credentials> credentials_;
  std::unique_ptr<TokenReader> reader_;
  VerifiedCache cache_;
};

}  // namespace firstcome::access
