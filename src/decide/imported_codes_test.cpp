#include "decide/imported_codes.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>

namespace firstcome::decide {
namespace {

using namespace std::string_view_literals;

std::string text_of(std::uint64_t number) {
  const std::string digits = fmt::format("{:x}", number);
  return digits + std::string(number % (65 - digits.size()), 'x');
}

TEST(ImportedCodes, AreFoundByTextAndBySequenceAtAnySize) {
  for (const std::size_t expected : {0, 10, 100'000}) {
    ImportedCodes codes(expected);
    std::mt19937_64 random(1);
    std::unordered_map<std::string, std::int64_t> all;
    while (all.size() < 100'000) {
      const std::string code = text_of(random() % 2 == 0 ? random() % 200'000 : random());
      const bool is_new = all.emplace(code, static_cast<std::int64_t>(all.size()) + 1).second;
      ASSERT_EQ(codes.add(code), is_new) << code;
    }
    EXPECT_EQ(codes.size(), 100'000);
    for (const auto& [code, sequence] : all) {
      ASSERT_EQ(codes.find(code), sequence);
      ASSERT_EQ(codes.code_of(sequence), code);
    }
    for (std::uint64_t number = 0; number < 200'000; ++number) {
      ASSERT_EQ(codes.find(text_of(number)).has_value(), all.contains(text_of(number)));
    }
    EXPECT_EQ(codes.code_of(0), "");
    EXPECT_EQ(codes.code_of(100'001), "");
    EXPECT_EQ(codes.code_of(1'000'000'000), "");
  }
}

TEST(ImportedCodes, AreLoadedInAnyOrderAndOnce) {
  ImportedCodes codes(3);
  EXPECT_TRUE(codes.load(3, "C"));
  EXPECT_EQ(codes.code_of(1), "");
  EXPECT_TRUE(codes.load(1, "A"));
  EXPECT_FALSE(codes.load(1, "D"));
  EXPECT_FALSE(codes.load(2, "A"));
  EXPECT_TRUE(codes.load(2, "B"));
  EXPECT_EQ(codes.size(), 3);
  EXPECT_EQ(codes.find("C"), 3);
  EXPECT_EQ(codes.find("c"), std::nullopt);
  EXPECT_EQ(codes.find(""), std::nullopt);
}

TEST(ImportedCodes, AnotherThreadReadsWhileCodesAreAdded) {
  ImportedCodes codes;
  constexpr std::int64_t kAll = 150'000;
  std::atomic<std::int64_t> added{0};
  std::thread reader([&] {
    std::mt19937_64 random(1);
    for (std::int64_t known = 0; known < kAll;) {
      known = added;
      if (known == 0) continue;
      const std::int64_t sequence =
          1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(known));
      const std::string_view code = codes.code_of(sequence);
      ASSERT_EQ(code, text_of(static_cast<std::uint64_t>(sequence)));
      ASSERT_EQ(codes.find(code), sequence);
    }
  });
  for (std::int64_t sequence = 1; sequence <= kAll; ++sequence) {
    ASSERT_TRUE(codes.add(text_of(static_cast<std::uint64_t>(sequence))));
    added = sequence;
  }
  reader.join();
}

}  // namespace
}  // namespace firstcome::decide
