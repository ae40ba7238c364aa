#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::cli {

/// Creates policy 1, unless it exists, by the admin address of a running server, as anybody would.
Status create_demo_policy(const std::string& admin, const std::string& admin_key);

/// What to type next, in another terminal.
std::string what_to_try(const std::string& users, const std::string& admin);

}  // namespace firstcome::cli
