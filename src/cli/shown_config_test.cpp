#include "cli/shown_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<Option>& settings() {
  static const auto all = with_servers_options(serve_options());
  return all;
}

Values merged(const Flags& flags, const std::map<std::string, std::string>& environment = {}) {
  auto values = merge(settings(), flags, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
  EXPECT_TRUE(values.ok()) << values.error().message;
  return *values;
}

TEST(ShownConfig, ACommentAfterEachValueNamesItsSource) {
  const std::string toml =
      config_as_toml(settings(), merged({{"threads", "4"}}, {{"FIRSTCOME_LISTEN", "127.0.0.1:1"}}));
  EXPECT_THAT(toml, HasSubstr("threads = 4  # --threads\n"));
  EXPECT_THAT(toml, HasSubstr("listen = \"127.0.0.1:1\"  # FIRSTCOME_LISTEN\n"));
  EXPECT_THAT(toml, HasSubstr("wait = \"2s\"  # default\n"));
  EXPECT_THAT(toml, HasSubstr("# journal = \"\"  # not set\n"));
  EXPECT_THAT(toml, Not(HasSubstr("demo"))) << "a file cannot set it";
}

TEST(ShownConfig, InJsonNumbersAreNumbersAndAMissingValueIsNull) {
  const std::string json = config_as_json(settings(), merged({{"threads", "4"}, {"bench-route", "true"}}));
  EXPECT_THAT(json, HasSubstr(R"({"name":"threads","value":4,"origin":"--threads"})"));
  EXPECT_THAT(json, HasSubstr(R"({"name":"bench-route","value":true,"origin":"--bench-route"})"));
  EXPECT_THAT(json, HasSubstr(R"({"name":"wait","value":"2s","origin":"default"})"));
  EXPECT_THAT(json, HasSubstr(R"({"name":"store","value":null,"origin":null})"));
}

TEST(ShownConfig, SecretsAreStars) {
  const Values values = merged({{"store", "postgresql://me:hush@db/shop"},
                                {"kafka", "linger.ms=2\nsasl.password=hush\nssl.key.password=hush"}});
  for (const std::string& text : {config_as_toml(settings(), values), config_as_json(settings(), values)}) {
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    EXPECT_THAT(text, HasSubstr("linger.ms=2"));
    EXPECT_THAT(text, HasSubstr("postgresql://me:***@db/shop"));
  }
}

TEST(ShownConfig, AnAddressKeepsEverythingButThePassword) {
  const Option store{.name = "store"};
  const std::pair<std::string, std::string> table[] = {
      {"postgresql://me@db:5432/shop", "postgresql://me@db:5432/shop"},
      {"postgresql://me:a:b@db:5432/shop", "postgresql://me:***@db:5432/shop"},
      {"postgresql://db/shop?user=me&password=hush&sslmode=require",
       "postgresql://db/shop?user=me&password=***&sslmode=require"},
      {"host=db password=hush user=me", "host=db password=*** user=me"},
      {"127.0.0.1:8080", "127.0.0.1:8080"},
      {"kafka://a:9092,b:9092/topic", "kafka://a:9092,b:9092/topic"},
  };
  for (const auto& [typed, shown] : table) EXPECT_EQ(without_secrets(store, typed), shown);
}

}  // namespace
}  // namespace firstcome::cli
