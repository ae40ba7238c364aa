#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "access/key_secret.h"
#include "access/keys_file.h"
#include "cli/command_result.h"
#include "domain/time.h"
#include "files/private_files.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "key new";

/// "policies = [7, 8]" and "expires = …", if they are given.
Result<std::string> optional_members(const Values& values) {
  std::string members;
  if (values.has("policies")) {
    std::istringstream list(values.text("policies"));
    for (std::string id; std::getline(list, id, ',');) {
      if (!parse_id(id)) return Error::permanent("--policies: '{}' is not a policy id", id);
      members += (members.empty() ? "policies = [" : ", ") + id;
    }
    members += "]\n";
  }
  if (values.has("expires")) {
    const auto time = parse_rfc3339(values.text("expires"));
    if (!time) {
      return Error::permanent(
          "--expires: '{}' is not a time such as 2027-01-01T00:00:00Z, in the years 1 to 9999 of UTC",
          values.text("expires"));
    }
    members += fmt::format("expires = {}\n", format_rfc3339(*time));
  }
  return members;
}

Result<std::string> read_if_exists(const std::string& path) {
  if (!fs::exists(path)) return std::string();
  RETURN_IF_ERROR(files::check_private_file(path));
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return Error::permanent("cannot read {}: {}", path, std::strerror(errno));
  return text.str();
}

/// Writes a new file with mode 0600 and renames it, so that a server never reads a half of it.
Status replace_file(const std::string& path, const std::string& text) {
  const std::string written = path + ".new";
  const auto failed = [&] { return Error::permanent("cannot write {}: {}", written, std::strerror(errno)); };
  const int file = ::open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return failed();
  const bool complete =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  errno = error;
  if (!complete) return failed();
  if (::rename(written.c_str(), path.c_str()) != 0) return failed();
  return Done{};
}

Status append_to(const std::string& path, const std::string& table) {
  ASSIGN_OR_RETURN(std::string text, read_if_exists(path));
  if (!text.empty()) text += text.ends_with('\n') ? "\n" : "\n\n";
  text += table;
  const auto keys = access::parse_keys(text, path);
  if (!keys) return keys.error();
  return replace_file(path, text);
}

int run(const Values& values) {
  const std::string& name = values.text("name");
  const auto scopes = access::parse_scopes(values.text("scopes"));
  if (!access::is_key_name(name)) {
    return refuse(kName, fmt::format("--name: '{}' must be 1 to 64 letters, digits, '.', '_' or '-'", name));
  }
  if (!scopes) {
    return refuse(
        kName, fmt::format(
                   "--scopes: '{}' must be a list of issue, read, use, admin and metrics, such as issue,read",
                   values.text("scopes")));
  }
  const auto members = optional_members(values);
  if (!members) return refuse(kName, members.error());
  const access::NewKey key = access::make_key(name, *scopes);
  const std::string table = key.toml + *members;
  const bool appends = values.has("keys-file");
  if (appends) {
    if (const Status appended = append_to(values.text("keys-file"), table); !appended.ok()) {
      return fail(kName, appended.error());
    }
    std::fprintf(stderr, "Key \"%s\" is in %s. A running server reads the file within two seconds.\n",
                 name.c_str(), values.text("keys-file").c_str());
  }
  text::JsonObject json;
  json.text("name", name).text("secret", key.secret).text("sha256", key.sha256);
  const std::string text = appends ? key.secret + "\n"
                                   : fmt::format(
                                         "The key, for its owner; it is shown once:\n\n{}\n\n"
                                         "Append this to the file of --keys-file:\n\n{}",
                                         key.secret, table);
  return print_result(values, json, text);
}

}  // namespace

Command key_new_command() {
  using enum Option::Kind;
  using enum Option::Where;
  return {
      kName,
      "Make a key for a service or an operator",
      "  firstcome key new --name shop --scopes issue,read\n"
      "  (umask 077; firstcome key new --name shop --scopes issue,read --keys-file keys.toml > shop.key)\n"
      "  firstcome key new --name partner --scopes issue --policies 7,8 --expires 2027-01-01T00:00:00Z\n"
      "\nScopes: issue (request coupons, for any user), read (coupons, tickets, policies), use (use and cancel coupons),\n"
      "admin (change policies), metrics. The keys file has only the SHA-256 of a key, so a lost key cannot be printed\n"
      "again: make a new one. Several keys may have the same scopes, so a key can be replaced without a break.\n",
      {
          {"name", Text, "", "Name of the key, as in the history of policies and the access log", 0, 0,
           FlagOnly, true},
          {"scopes", List, "",
           "What the key permits: issue, read, use, admin, metrics; repeat it, or separate by commas", 0, 0,
           FlagOnly, true},
          {"policies", List, "", "Policies for which the key is valid; without it all", 0, 0, FlagOnly},
          {"expires", Text, "", "Time from which the key is no longer valid, such as 2027-01-01T00:00:00Z", 0,
           0, FlagOnly},
          {"keys-file", File, "",
           "File to append the key to; created if it is missing. Then only the key itself goes to stdout", 0,
           0, FlagOnly},
          {"json", Switch, "", "Print the key as JSON", 0, 1, FlagOnly},
      },
      run};
}

}  // namespace firstcome::cli
