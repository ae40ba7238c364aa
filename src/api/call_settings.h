#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/credential_source.h"
#include "admission/admission.h"
#include "api/limits.h"
#include "domain/id_form.h"
#include "domain/time.h"
#include "log/line_file.h"
#include "net/request.h"
#include "net/trusted_proxies.h"

namespace firstcome::api {

/// Who may send requests without a credential. A credential that is present and wrong is refused in any case.
struct AnonymousAccess {
  bool users =
      true;  ///< on the users' listener: requests for coupons; policies; tickets, which cannot be guessed
  bool lists = true;      ///< on the users' listener: the coupons of any user
  bool operators = true;  ///< on the admin listener: everything
};

struct CallSettings {
  milliseconds wait_default{2'000};  ///< how long a caller waits for the final answer
  milliseconds wait_most{10'000};    ///< limit of `Prefer: wait=` and `?wait=`
  std::size_t max_queries = 1'000;   ///< waiting ticket and coupon queries; above it: 503
  std::shared_ptr<access::CredentialSource> credentials;  ///< null: no credential is right
  AnonymousAccess anonymous;
  std::shared_ptr<log::LineFile> access_log;  ///< null: none
  bool access_log_users = false;              ///< lines of the access log name users
  bool anonymous_allowed = false;             ///< an operator has chosen --allow-anonymous: /readyz warns
  std::vector<std::string> cors_origins;      ///< web pages that may use the users' listener; see CrossOrigin
  LimitSettings limits;
  IdForm ids = IdForm::Number;          ///< in responses; a request may ask for the other one
  net::TrustedProxies trusted_proxies;  ///< whose Forwarded and X-Forwarded-For name the client
  /// `POST /bench/fixed`: parses like an issue request and answers a constant. For measuring only.
  bool fixed_route = false;

  /// The wait that a caller requests, in seconds, limited to wait_most; `otherwise` if it requests none.
  [[nodiscard]] milliseconds wait(std::optional<std::int64_t> seconds, milliseconds otherwise) const {
    if (!seconds) return otherwise;
    const std::int64_t most_seconds = wait_most.count() / 1000 + 1;
    return std::min(milliseconds{std::min(*seconds, most_seconds) * 1000}, wait_most);
  }
  /// RFC 7240 §4.3: with respond-async and a wait, the wait comes first.
  [[nodiscard]] admission::Wait wait(const net::Request& request) const {
    return {.most = wait(request.wait_seconds, wait_default),
            .respond_async = request.respond_async && !request.wait_seconds};
  }
};

}  // namespace firstcome::api
