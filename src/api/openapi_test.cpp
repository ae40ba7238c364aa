#include "api/openapi.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "api/http_result.h"
#include "api/route.h"

namespace firstcome::api {
namespace {

using Json = nlohmann::json;
using Statuses = std::map<std::string, std::set<int>>;  // by result

const Json& document() {
  static const Json parsed = Json::parse(openapi_document());
  return parsed;
}

/// Every word that an answer can have as its `result`, by the lists that the answers are made from.
Statuses told_by_the_code() {
  Statuses told{{std::string(kResultPending), {kStatusPending, 200}}};
  for (const CodeName& code : all_codes()) {
    const int status = http_status(code.code);
    if (status != 500) told[std::string(code.name)].insert(status);
  }
  for (std::size_t i = 0; i < kProblemCount; ++i) {
    const HttpResult result = http_result(static_cast<Problem>(i));
    told[std::string(result.name)].insert(result.status);
  }
  return told;
}

/// The words of every `result` that `part` describes.
void collect_results(const Json& part, std::set<std::string>& results) {
  if (part.is_object() && part.contains("properties") && part["properties"].contains("result")) {
    const Json& result = part["properties"]["result"];
    for (const Json& word : result.value("enum", Json::array())) results.insert(word.get<std::string>());
  }
  for (const Json& inner : part) {
    if (inner.is_structured()) collect_results(inner, results);
  }
}

const Json& followed(const Json& part) {
  if (!part.contains("$ref")) return part;
  return document().at(Json::json_pointer(part["$ref"].get<std::string>().substr(1)));
}

TEST(OpenApi, NamesTheResultsOfTheCodeAndNoOthers) {
  std::set<std::string> named;
  collect_results(document(), named);
  std::set<std::string> told;
  for (const auto& [name, statuses] : told_by_the_code()) told.insert(name);
  EXPECT_EQ(named, told);
}

TEST(OpenApi, AProblemHasTheStatusOfItsResultsAndAnExampleOfEach) {
  const Statuses told = told_by_the_code();
  for (const auto& [name, response] : document()["components"]["responses"].items()) {
    SCOPED_TRACE(name);
    const Json& content = response["content"]["application/problem+json"];
    const Json& own = content["schema"]["allOf"][1]["properties"];
    const int status = own["status"]["const"];
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
      EXPECT_TRUE(told.at(result.get<std::string>()).contains(status)) << result;
    }
    EXPECT_EQ(examples, results);
  }
}

TEST(OpenApi, ExamplesOfRefusalsSayWhatTheCodesMean) {
  for (const auto& [name, response] : document()["components"]["responses"].items()) {
    for (const auto& [key, example] : response["content"]["application/problem+json"]["examples"].items()) {
      for (const CodeName& code : all_codes()) {
        // A reason, or what is wrong with a field, stands in place of what these mean.
        if (code.name != key || code.code == Code::Refused || code.code == Code::Invalid) continue;
        EXPECT_EQ(example["value"]["detail"], std::string(code.meaning)) << name;
      }
    }
  }
}

TEST(OpenApi, AnOperationsAnswersStandUnderTheirStatuses) {
  const Statuses told = told_by_the_code();
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
          collect_results(content["schema"], results);
          for (const std::string& result : results) {
            EXPECT_TRUE(told.at(result).contains(std::stoi(status))) << result;
          }
        }
      }
    }
  }
}

TEST(OpenApi, EveryRouteIsInItWithItsMethodsAndNoOther) {
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
      EXPECT_TRUE(served.emplace(std::string(route.path), method).second) << route.path << " is there twice";
    }
    EXPECT_EQ(described, served) << (admin ? "on the admin listener" : "on the users' listener");
  }
}

TEST(OpenApi, EachOperationWithAKeyIsForOperatorsAlone) {
  for (const Route& route : all_routes().first(all_routes().size() - 1)) {
    const Json& operations = document()["paths"][std::string(route.path)];
    const bool is_get = route.method == net::Method::Get;
    const Json& operation = operations[is_get ? "get" : route.method == net::Method::Post ? "post" : "patch"];
    EXPECT_EQ(operation.contains("security"), route.access == Access::Operator) << route.path;
  }
}

}  // namespace
}  // namespace firstcome::api
