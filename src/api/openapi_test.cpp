#include "api/openapi.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "api/results.h"
#include "api/route.h"

namespace firstcome::api {
namespace {

using Json = nlohmann::json;
using Statuses = std::map<std::string, std::set<int>>;  // by result

const Json& document() {
  static const Json parsed = Json::parse(openapi_document());
  return parsed;
}

/// The HTTP statuses of every `result`, from the table that the responses are made from.
Statuses statuses_in_code() {
  Statuses statuses;
  for (const ResultRow& row : kResults) {
    if (row.status != 500 && row.label != kOk) statuses[std::string(row.name)].insert(row.status);
  }
  statuses["PENDING"].insert(200);  // of a ticket whose wait is over
  return statuses;
}

/// The values of every `result` that `part` describes.
void collect_results(const Json& part, std::set<std::string>& results) {
  if (part.is_object() && part.contains("properties") && part["properties"].contains("result")) {
    const Json& result = part["properties"]["result"];
    for (const Json& value : result.value("enum", Json::array())) results.insert(value.get<std::string>());
  }
  for (const Json& inner : part) {
    if (inner.is_structured()) collect_results(inner, results);
  }
}

const Json& followed(const Json& part) {
  if (!part.contains("$ref")) return part;
  return document().at(Json::json_pointer(part["$ref"].get<std::string>().substr(1)));
}

TEST(OpenApi, HasTheResultsOfTheCodeAndNoOthers) {
  std::set<std::string> named;
  collect_results(document(), named);
  std::set<std::string> in_code;
  for (const auto& [name, statuses] : statuses_in_code()) in_code.insert(name);
  EXPECT_EQ(named, in_code);
}

TEST(OpenApi, AProblemHasTheStatusOfItsResultsAndAnExampleOfEach) {
  const Statuses statuses = statuses_in_code();
  for (const auto& [name, response] : document()["components"]["responses"].items()) {
    SCOPED_TRACE(name);
    const Json& content = response["content"]["application/problem+json"];
    const Json& own = followed(content["schema"])["allOf"][1]["properties"];
    const int status = own["status"]["enum"][0];
    std::set<std::string> examples;
    for (const auto& [key, example] : content["examples"].items()) {
      examples.insert(key);
      EXPECT_EQ(example["value"]["result"], key);
      EXPECT_EQ(example["value"]["status"], status);
      EXPECT_FALSE(example["value"]["detail"].get<std::string>().empty());
    }
    std::set<std::string> results;
    for (const Json& result : own["result"]["enum"]) {
      results.insert(result.get<std::string>());
      EXPECT_TRUE(statuses.at(result.get<std::string>()).contains(status)) << result;
    }
    EXPECT_EQ(examples, results);
  }
}

/// Generators of clients make a type for each unnamed schema, one per operation and status, and merge no enum without a type.
void expect_types_for_clients(const Json& part) {
  if (part.contains("enum")) {
    EXPECT_TRUE(part.contains("type")) << part;
  }
  if (part.contains("content")) {
    for (const auto& [type, content] : part["content"].items())
      EXPECT_FALSE(content["schema"].contains("allOf")) << content["schema"];
  }
  for (const Json& inner : part) {
    if (inner.is_structured()) expect_types_for_clients(inner);
  }
}

TEST(OpenApi, SchemasOfBodiesHaveNamesAndEnumsHaveTypes) { expect_types_for_clients(document()); }

TEST(OpenApi, ExamplesOfRefusalsHaveTheMeaningOfTheirCode) {
  for (const auto& [name, response] : document()["components"]["responses"].items()) {
    for (const auto& [key, example] : response["content"]["application/problem+json"]["examples"].items()) {
      for (const CodeRow& code : kCodes) {
        // These have a reason or a field's error as their detail.
        if (code.name != key || code.code == Code::Refused || code.code == Code::Invalid) continue;
        EXPECT_EQ(example["value"]["detail"], std::string(code.meaning)) << name;
      }
    }
  }
}

TEST(OpenApi, TheResultsOfAResponseMatchItsStatus) {
  const Statuses statuses = statuses_in_code();
  for (const auto& [path, operations] : document()["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      for (const auto& [status, response] : operation["responses"].items()) {
        SCOPED_TRACE(method + " " + path + " " + status);
        EXPECT_NE(reason_phrase(std::stoi(status)), "");
        for (const auto& [type, content] : followed(response)["content"].items()) {
          const bool readiness = operation["operationId"] == "ready";
          if (!readiness) {
            EXPECT_EQ(type == "application/problem+json", is_problem(std::stoi(status))) << type;
          }
          std::set<std::string> results;
          // The outcome of a ticket and a created policy have statuses of their own.
          const bool usual = is_problem(std::stoi(status)) || operation["operationId"] == "issueCoupon";
          collect_results(usual ? followed(content["schema"]) : content["schema"], results);
          for (const std::string& result : results) {
            EXPECT_TRUE(statuses.at(result).contains(std::stoi(status))) << result;
          }
        }
      }
    }
  }
}

TEST(OpenApi, HasEveryRouteWithItsMethodsAndNoOther) {
  using Operations = std::set<std::pair<std::string, std::string>>;  // path and method
  for (const bool admin : {false, true}) {
    Operations described;
    for (const auto& [path, operations] : document()["paths"].items()) {
      for (const auto& [method, operation] : operations.items()) {
        if (admin || operation["tags"][0] != "admin") described.emplace(path, method);
      }
    }
    Operations served;
    for (const Route& route : all_routes().first(all_routes().size() - 1)) {
      if (!admin && route.listener == ListenedOn::Admin) continue;
      const std::string method = route.method == net::Method::Get    ? "get"
                                 : route.method == net::Method::Post ? "post"
                                                                     : "patch";
      EXPECT_TRUE(served.emplace(std::string(route.path), method).second) << route.path << " is listed twice";
    }
    EXPECT_EQ(described, served) << (admin ? "on the admin listener" : "on the users' listener");
  }
}

TEST(OpenApi, SecurityFollowsWhoMayCall) {
  for (const Route& route : all_routes().first(all_routes().size() - 1)) {
    SCOPED_TRACE(route.path);
    const Json& operations = document()["paths"][std::string(route.path)];
    const bool is_get = route.method == net::Method::Get;
    const Json& operation = operations[is_get ? "get" : route.method == net::Method::Post ? "post" : "patch"];
    std::set<std::string> admitted;
    for (const Json& alternative : operation.value("security", Json::array())) {
      if (alternative.empty()) admitted.insert("anonymous");
      if (alternative.contains("userToken")) admitted.insert("user");
      if (!alternative.contains("key")) continue;
      admitted.insert("key");
      for (const Json& scope : alternative["key"]) admitted.insert(scope.get<std::string>());
    }
    const std::map<Access, std::set<std::string>> expected = {
        {Access::Anyone, {}},
        {Access::Description, {"anonymous", "key"}},
        {Access::Issue, {"anonymous", "user", "key", "issue"}},
        {Access::Read, {"anonymous", "user", "key", "read", "admin"}},
        {Access::Ticket, {"anonymous", "user", "key", "read"}},
        {Access::Coupons, {"anonymous", "user", "key", "read"}},
        {Access::OwnCoupons, {"user"}},
        {Access::Metrics, {"anonymous", "key", "metrics"}},
        {Access::Command, {"anonymous", "key", "admin"}},
        {Access::ReadCoupon, {"anonymous", "user", "key", "read", "use", "admin"}},
        {Access::UseCoupon, {"anonymous", "key", "use", "admin"}},
        {Access::CancelCoupon, {"anonymous", "user", "key", "use", "admin"}}};
    EXPECT_EQ(admitted, expected.at(route.access));
    EXPECT_EQ(operation["responses"].contains("401"), !admitted.empty());
    EXPECT_EQ(operation["responses"].contains("403"), !admitted.empty());
  }
}

}  // namespace
}  // namespace firstcome::api
