#include "files/user_name.h"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <array>

namespace firstcome::files {

std::string name_of_user(unsigned id) {
  std::array<char, 4096> memory{};
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(id, &entry, memory.data(), memory.size(), &found);
  return found != nullptr ? fmt::format("user {}", found->pw_name) : fmt::format("user {}", id);
}

std::string name_of_this_user() { return name_of_user(geteuid()); }

}  // namespace firstcome::files
