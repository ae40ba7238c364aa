#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/result.h"

namespace firstcome::journal::kafka {

/// Fails if the properties select a way to authenticate that firstcome or this librdkafka does not have, which
/// otherwise would only show as a connection that never succeeds. `has_oidc`: see librdkafka_has_oidc(). No
/// I/O.
Status check_sasl(const std::vector<std::pair<std::string, std::string>>& properties, bool has_oidc);

/// True if librdkafka was built with libcurl, which OAUTHBEARER tokens of an OpenID Connect issuer need.
/// Debian 13 builds it so, Debian 12 does not.
bool librdkafka_has_oidc();

}  // namespace firstcome::journal::kafka
