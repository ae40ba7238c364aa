#pragma once

#include <string>

namespace firstcome::files {

/// "user shop", "user 4711"
std::string name_of_user(unsigned id);
std::string name_of_this_user();

}  // namespace firstcome::files
