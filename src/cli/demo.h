#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::cli {

/// Creates policy 1 through the admin listener of a running server, unless the policy exists.
Status create_demo_policy(const std::string& admin, const std::string& admin_key);

/// Commands to try in another terminal.
std::string format_demo_commands(const std::string& users, const std::string& admin);

}  // namespace firstcome::cli
