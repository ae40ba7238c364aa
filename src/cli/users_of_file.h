#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/retrying_client.h"
#include "cli/user_list.h"

/// What the commands that send the users of a file have in common: `policy eligible` and `policy grant`.
namespace firstcome::cli {

/// `<policy>`, --users, `own`, --retry-for, --json and the options of the admin listener.
std::vector<Option> with_users_of_file_options(std::vector<Option> own);

struct UsersOfFile {
  UserList list;
  std::int64_t count = 0;
  RetryingClient::Settings server;  ///< the admin listener, without a hint
};

/// Checks the whole file of --users, then calls `send` and returns its exit code. Prints what is wrong with the file
/// or the key; then nothing is sent.
int with_users_of_file(std::string_view command, const Values& values,
                       const std::function<int(const UsersOfFile&)>& send);

}  // namespace firstcome::cli
