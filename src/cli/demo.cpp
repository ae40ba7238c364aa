#include "cli/demo.h"

#include "cli/http_client.h"
#include "text/json_object.h"

namespace firstcome::cli {

Status create_demo_policy(const std::string& admin, const std::string& admin_key) {
  HttpQuestion question{.method = "POST", .target = "/v1/policies", .admin_key = admin_key};
  question.body = text::JsonObject().number("id", 1).text("name", "Demo").number("maxCount", 1'000).str();
  ASSIGN_OR_RETURN(const auto answer, ask(admin, question, milliseconds{10'000}));
  constexpr int kCreated = 201;
  constexpr int kExists = 409;
  if (answer.status == kCreated || answer.status == kExists) return Done{};
  return Error::permanent("the demo policy was not created: " + answer.body);
}

std::string what_to_try(const std::string& users, const std::string& admin) {
  const std::string json = " -H 'Content-Type: application/json' -d ";
  return "\nPolicy 1 has 1,000 coupons. In another terminal:\n\n"
         "  curl -i " +
         users + "/v1/policies/1/coupons" + json +
         "'{\"userId\":42}'\n"
         "  curl -s " +
         users +
         "/v1/policies/1\n"
         "  curl -s " +
         users +
         "/v1/users/42/coupons\n"
         "  curl -s " +
         admin + "/v1/policies" + json +
         "'{\"name\":\"Mine\",\"maxCount\":100}'\n"
         "  export PATH=$PWD/build/release/bin:$PATH\n"
         "  firstcome --help\n\n"
         "Ctrl-C stops it; what was issued stays issued.\n\n";
}

}  // namespace firstcome::cli
