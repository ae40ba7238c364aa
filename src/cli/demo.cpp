#include "cli/demo.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "cli/http_client.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

/// The command that puts this binary on the PATH; empty if the shell finds it already.
std::string path_command() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  if (error) return "";
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (fs::equivalent(fs::path(folder) / "firstcome", binary, error) && !error) return "";
  }
  return fmt::format("  export PATH={}:$PATH\n", binary.parent_path().string());
}

}  // namespace

Status create_demo_policy(const std::string& admin, const std::string& admin_key) {
  HttpRequest request{.method = "POST", .target = "/v1/policies", .credential = admin_key};
  request.body = text::JsonObject().number("id", 1).text("name", "Demo").number("maxCount", 1'000).str();
  ASSIGN_OR_RETURN(const auto response, send_request(admin, request, milliseconds{10'000}));
  constexpr int kCreated = 201;
  constexpr int kExists = 409;
  if (response.status == kCreated || response.status == kExists) return Done{};
  return Error::permanent("the demo policy was not created: {}", response.body);
}

std::string format_demo_commands(const std::string& users, const std::string& admin) {
  constexpr const char* kText = R"(
Policy 1 has 1,000 coupons. In another terminal:

  curl -i {0}/v1/policies/1/coupons -H 'Content-Type: application/json' -d '{{"userId":42}}'
  curl -s {0}/v1/policies/1
  curl -s {0}/v1/users/42/coupons
  curl -s {1}/v1/policies -H 'Content-Type: application/json' -d '{{"name":"Mine","maxCount":100}}'
{2}  firstcome --help

Ctrl-C stops the server. Issued coupons stay issued.

)";
  return fmt::format(fmt::runtime(kText), users, admin, path_command());
}

}  // namespace firstcome::cli
