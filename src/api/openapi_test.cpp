#include "api/openapi.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

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

/// path with its parameters filled in
std::string filled(std::string path) {
  for (const auto& [name, value] : {std::pair{"{policyId}", "7"}, {"{userId}", "42"}, {"{ticket}", "x"}}) {
    if (const auto at = path.find(name); at != std::string::npos)
      path.replace(at, std::string(name).size(), value);
  }
  return path;
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
  std::set<Resource> described;
  for (const auto& [path, operations] : document()["paths"].items()) {
    SCOPED_TRACE(path);
    const Resource resource = route_of(filled(path)).resource;
    EXPECT_NE(resource, Resource::None);
    EXPECT_TRUE(described.insert(resource).second) << "twice";
    for (const bool admin : {false, true}) {
      std::set<std::string> served;
      std::istringstream methods{std::string(allowed(resource, admin))};
      for (std::string method; methods >> method;) {
        method = method.substr(0, method.find(','));
        if (method != "HEAD" && method != "OPTIONS") served.insert(method);
      }
      std::set<std::string> named;
      for (const auto& [method, operation] : operations.items()) {
        std::string upper = method;
        for (char& letter : upper) letter = static_cast<char>(std::toupper(letter));
        if (admin || operation["tags"][0] != "admin") named.insert(upper);
      }
      EXPECT_EQ(named, served) << (admin ? "on the admin listener" : "on the users' listener");
    }
  }
  for (std::size_t i = 0; i < kResourceCount; ++i) {
    const auto resource = static_cast<Resource>(i);
    const bool left_out =
        resource == Resource::None || resource == Resource::Server || resource == Resource::BenchFixed;
    EXPECT_NE(described.contains(resource), left_out) << "resource " << i;
  }
}

}  // namespace
}  // namespace firstcome::api
