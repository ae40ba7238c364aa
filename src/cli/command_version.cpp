#include <fmt/core.h>
#include <httplib.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <sodium.h>
#include <spdlog/version.h>
#include <sqlite3.h>

#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/commit.h"
#include "domain/rules.h"

namespace firstcome::cli {
namespace {

#ifdef __clang__
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif

std::string dotted(int number, int major, int minor) {
  return fmt::format("{}.{}.{}", number / major, number / minor % (major / minor), number % minor);
}

/// Shared libraries say which version this process has loaded; the others are compiled in.
std::vector<std::pair<std::string, std::string>> libraries() {
  const int postgres = PQlibVersion();
  return {
      {"Boost", dotted(BOOST_VERSION, 100'000, 100)},
      {"CLI11", CLI11_VERSION},
      {"cpp-httplib", CPPHTTPLIB_VERSION},
      {"fmt", dotted(FMT_VERSION, 10'000, 100)},
      {"libpq", fmt::format("{}.{}", postgres / 10'000, postgres % 10'000)},
      {"librdkafka", rd_kafka_version_str()},
      {"libsodium", sodium_version_string()},
      {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
      {"simdjson",
       fmt::format("{}.{}.{}", int{simdjson::SIMDJSON_VERSION_MAJOR}, int{simdjson::SIMDJSON_VERSION_MINOR},
                   int{simdjson::SIMDJSON_VERSION_REVISION})},
      {"spdlog", dotted(SPDLOG_VERSION, 10'000, 100)},
      {"SQLite", sqlite3_libversion()},
  };
}

int run(const Values& values) {
  text::JsonObject json;
  json.text("version", FIRSTCOME_VERSION);
  json.text("commit", commit());
  json.number("rules", newest_rules());
  json.text("compiler", kCompiler);
  text::JsonObject names;
  std::string list;
  for (const auto& [name, version] : libraries()) {
    names.text(name, version);
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", name, version);
  }
  json.json("libraries", names.str());
  return print_result(values, json,
                      fmt::format("firstcome {}\n"
                                  "commit     {}\n"
                                  "rules      up to version {}\n"
                                  "compiler   {}\n"
                                  "libraries  {}\n",
                                  FIRSTCOME_VERSION, commit(), newest_rules(), kCompiler, list));
}

}  // namespace

Command version_command() {
  return {"version",
          "Print the version",
          "  firstcome version\n"
          "  firstcome --version\n"
          "  firstcome -V\n",
          {{"json", Option::Kind::Switch, "", "Print it as JSON", 0, 1, Option::Where::FlagOnly}},
          run};
}

}  // namespace firstcome::cli
