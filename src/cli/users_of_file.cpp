#include "cli/users_of_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "cli/shared_options.h"

namespace firstcome::cli {

std::vector<Option> with_users_of_file_options(std::vector<Option> own) {
  using enum Option::Kind;
  using enum Option::Where;
  std::vector<Option> options = {
      {"policy", Number, "", "Id of the policy", 1, INT64_MAX, Positional, true},
      {"users", File, "", "File with one user id a line; it may have a header", 0, 0, FlagOnly, true}};
  std::ranges::move(own, std::back_inserter(options));
  options.push_back({"retry-for", Duration, "60s",
                     "Time to retry a request while the server cannot process it", 0, 86'400 * kSecond,
                     FlagOnly});
  options.push_back({"json", Switch, "", "Print the result as JSON", 0, 1, FlagOnly});
  return with_admin_options(std::move(options));
}

int with_users_of_file(std::string_view command, const Values& values,
                       const std::function<int(const UsersOfFile&)>& send) {
  auto key = credential_for(Listener::Admin, values);
  if (!key) return fail(command, key.error(), kWrongUsage);
  UserList list(values.text("users"));
  const auto survey = list.survey();
  if (!survey) return fail(command, survey.error());
  for (const std::string& problem : describe(survey->problems)) fail(command, problem);
  if (survey->problems.count > 0) return fail(command, "the file is not a list of users; nothing was sent");
  return send({.list = std::move(list),
               .count = survey->users,
               .server = {.server = values.text("admin"),
                          .tls = tls_files(values),
                          .credential = std::move(*key),
                          .retry_for = values.duration("retry-for"),
                          .hint = ""}});
}

}  // namespace firstcome::cli
