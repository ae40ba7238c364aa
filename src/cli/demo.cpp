#include "cli/demo.h"

#include <fmt/core.h>

#include "cli/http_client.h"
#include "text/json_object.h"

namespace firstcome::cli {

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
  export PATH=$PWD/build/release/bin:$PATH
  firstcome --help

Ctrl-C stops the server. Issued coupons stay issued.

)";
  return fmt::format(fmt::runtime(kText), users, admin);
}

}  // namespace firstcome::cli
