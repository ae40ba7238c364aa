#include "cli/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace firstcome::cli {
namespace {

using testing::HasSubstr;

/// The sources of options, and the values or the error that result.
struct Sources {
  Flags flags;
  std::map<std::string, std::string> environment;
  std::string file;

  Result<Values> merged() {
    std::string folder = testing::TempDir() + "config_test_XXXXXX";
    if (!file.empty()) {
      EXPECT_NE(mkdtemp(folder.data()), nullptr);
      const std::string path = folder + "/firstcome.toml";
      std::ofstream(path) << file;
      flags["config"] = path;
    }
    auto values =
        merge(serve_options(), flags, [this](const std::string& name) -> std::optional<std::string> {
          const auto found = environment.find(name);
          if (found == environment.end()) return std::nullopt;
          return found->second;
        });
    if (!file.empty()) std::filesystem::remove_all(folder);
    return values;
  }
  std::string error() {
    const auto values = merged();
    return values ? "(none)" : values.error().message;
  }
};

TEST(Config, AFlagBeatsTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefault) {
  const std::string file = "listen = '127.0.0.1:3'\n";
  const std::map<std::string, std::string> environment = {{"FIRSTCOME_LISTEN", "127.0.0.1:2"}};
  EXPECT_EQ(Sources({{{"listen", "127.0.0.1:1"}}, environment, file}).merged()->text("listen"),
            "127.0.0.1:1");
  EXPECT_EQ(Sources({{}, environment, file}).merged()->text("listen"), "127.0.0.1:2");
  EXPECT_EQ(Sources({{}, {}, file}).merged()->text("listen"), "127.0.0.1:3");
  EXPECT_EQ(Sources({{}, {}, {}}).merged()->text("listen"), "127.0.0.1:8080");
}

TEST(Config, AnEmptyVariableCountsAsNotSetAndOtherEmptyValuesAreErrors) {
  EXPECT_EQ(Sources({{}, {{"FIRSTCOME_LISTEN", ""}}, ""}).merged()->text("listen"), "127.0.0.1:8080");
  EXPECT_EQ(Sources({{}, {{"FIRSTCOME_LISTEN", ""}}, "listen = '127.0.0.1:3'\n"}).merged()->text("listen"),
            "127.0.0.1:3");
  EXPECT_EQ(
      Sources({{}, {{"FIRSTCOME_THREADS", ""}, {"FIRSTCOME_JOURNAL", ""}}, ""}).merged()->has("journal"),
      false);
  EXPECT_THAT(Sources({{{"data", ""}}, {}, ""}).error(), HasSubstr("--data is empty"));
  EXPECT_THAT(Sources({{{"config", ""}}, {}, ""}).error(), HasSubstr("--config is empty"));
  EXPECT_THAT(Sources({{}, {}, "data = ''\n"}).error(), HasSubstr("line 1 (data) is empty"));
}

TEST(Config, ADefaultOfEveryOptionIsWithinItsBounds) {
  const auto values = Sources().merged();
  ASSERT_TRUE(values.ok()) << values.error().message;
  EXPECT_EQ(values->duration("wait"), milliseconds{2'000});
  EXPECT_EQ(values->number("max-unsaved"), 1'000'000);
  EXPECT_FALSE(values->on("demo"));
}

TEST(Config, AMisspelledKeyOfTheFileIsAnErrorThatSuggestsTheNearestKey) {
  const std::string error = Sources{{}, {}, "threads = 2\nmax-unsavd = 5\n"}.error();
  EXPECT_THAT(error, HasSubstr("line 2"));
  EXPECT_THAT(error, HasSubstr("did you mean max-unsaved?"));
}

TEST(Config, AFileCannotNameAnotherFile) {
  EXPECT_THAT((Sources{{}, {}, "config = 'other.toml'\n"}.error()), HasSubstr("is not a setting"));
}

TEST(Config, TheErrorOfAWrongValueNamesItsSourceAndTheAllowedValues) {
  EXPECT_EQ((Sources{{{"threads", "many"}}, {}, {}}.error()), "--threads: 'many' is not a whole number");
  EXPECT_EQ((Sources{{}, {{"FIRSTCOME_WAIT", "2"}}, {}}.error()),
            "FIRSTCOME_WAIT: '2' is not a time like 250ms, 2s, 5m or 30d");
  EXPECT_THAT((Sources{{}, {}, "threads = 1.5\n"}.error()), HasSubstr("line 1: threads must be"));
}

TEST(Config, TheErrorOfAValueOutOfBoundsNamesTheBounds) {
  EXPECT_EQ((Sources{{{"wait", "1m"}}, {}, {}}.error()), "--wait: 1m is out of bounds: 0 to 10s");
}

TEST(Config, TheErrorOfAWrongChoiceSuggestsTheNearestChoice) {
  EXPECT_EQ((Sources{{}, {{"FIRSTCOME_ROLE", "isuer"}}, {}}.error()),
            "FIRSTCOME_ROLE: 'isuer' is not one of all, edge, issuer; did you mean issuer?");
}

TEST(Config, AMissingFileAndAFileThatIsNotTomlAreErrors) {
  EXPECT_THAT((Sources{{{"config", "/nowhere/x.toml"}}, {}, {}}.error()), HasSubstr("/nowhere/x.toml"));
  EXPECT_THAT((Sources{{}, {}, "threads 2\n"}.error()), HasSubstr("line 1"));
}

TEST(Config, TimesHaveUnits) {
  EXPECT_EQ(parse_duration("250ms"), 250);
  EXPECT_EQ(parse_duration("2s"), 2'000);
  EXPECT_EQ(parse_duration("5m"), 300'000);
  EXPECT_EQ(parse_duration("30d"), 30LL * 86'400'000);
  EXPECT_EQ(parse_duration("0"), 0);
  for (const char* wrong : {"", "5", "s", "2 s", "-1s", "1h", "99999999999999999999s"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
}

TEST(Config, SharesArePercentOrParts) {
  EXPECT_EQ(parse_share("20%"), 200'000);
  EXPECT_EQ(parse_share("0.5%"), 5'000);
  EXPECT_EQ(parse_share("0.2"), 200'000);
  EXPECT_EQ(parse_share("1"), 1'000'000);
  EXPECT_EQ(parse_share("120%"), 1'200'000) << "merge() checks the bounds";
  for (const char* wrong : {"", "%", "a", "-1%", "1e3", "5 %", "inf", "nan"})
    EXPECT_FALSE(parse_share(wrong)) << wrong;
}

TEST(Config, AnOptionNamesItsEnvironmentVariable) {
  EXPECT_EQ(environment_name(Option{.name = "max-unsaved"}), "FIRSTCOME_MAX_UNSAVED");
}

}  // namespace
}  // namespace firstcome::cli
