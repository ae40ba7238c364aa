#include "ticket/ticket.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

#include "domain/policy.h"

namespace firstcome {
namespace {

const TicketCodec tickets{InstallationKey{}};
const Ticket usual{.era = 1, .policy = PolicyId{7}, .user = UserId{42}, .partition = 2, .offset = 4711};
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

TEST(Ticket, IsEqualAfterEncodeAndDecode) {
  for (const Ticket& ticket :
       {usual, Ticket{.era = 1, .policy = PolicyId{1}, .user = UserId{1}, .partition = 0, .offset = 0},
        Ticket{.era = std::numeric_limits<Era>::max(),
        .policy = PolicyId{kMost},
        .user = UserId{kMost},
        .partition = std::numeric_limits<std::uint16_t>::max(),
        .offset = kMost}}) {
    EXPECT_EQ(tickets.decode(tickets.encode(ticket)), ticket);
  }
}

TEST(Ticket, OfAnotherOrdinalIsEqualAfterEncodeAndDecode) {
  std::set<std::string> texts{tickets.encode(usual)};
  for (const std::int32_t ordinal : {2, 3, kOrdinalMost}) {
    Ticket ticket = usual;
    ticket.ordinal = ordinal;
    ticket.era = 65'535;
    const std::string text = tickets.encode(ticket);
    EXPECT_EQ(tickets.decode(text), ticket);
    EXPECT_EQ(text.size(), tickets.encode(usual).size());
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), 4U);
}

TEST(Ticket, IsShortAndSafeInAPath) {
  const std::string text = tickets.encode(usual);
  EXPECT_LE(text.size(), 64U);
  EXPECT_TRUE(
      std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; }));
}

TEST(Ticket, WithAnyCharacterChangedIsInvalid) {
  const std::string text = tickets.encode(usual);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : std::string_view{"ABab019-_"}) {
      if (text[at] == other) continue;
      std::string forged = text;
      forged[at] = other;
      EXPECT_EQ(tickets.decode(forged), std::nullopt) << forged;
    }
  }
}

TEST(Ticket, HasExactlyOneText) {
  // 47 bytes leave two unused bits in the last of 63 characters.
  const std::string text = tickets.encode(usual);
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int opened = 0;
  for (const char last : alphabet) {
    std::string other = text;
    other.back() = last;
    opened += tickets.decode(other).has_value() ? 1 : 0;
  }
  EXPECT_EQ(opened, 1);
}

TEST(Ticket, OfAnotherKeyIsInvalid) {
  EXPECT_EQ(TicketCodec(InstallationKey::draw()).decode(tickets.encode(usual)), std::nullopt);
}

TEST(Ticket, GarbageIsInvalid) {
  const std::string text = tickets.encode(usual);
  for (const std::string& garbage :
       {std::string{}, std::string{"A"}, text + "A", text.substr(1), std::string(63, 'A'),
        std::string(63, '\0'), std::string(63, '='), std::string(64, 'A')}) {
    EXPECT_EQ(tickets.decode(garbage), std::nullopt);
  }
}

TEST(Ticket, DiffersWithEveryField) {
  std::set<std::string> texts{tickets.encode(usual)};
  Ticket other = usual;
  other.era = 2;
  texts.insert(tickets.encode(other));
  other = usual;
  other.policy = PolicyId{8};
  texts.insert(tickets.encode(other));
  other = usual;
  other.user = UserId{43};
  texts.insert(tickets.encode(other));
  other = usual;
  other.partition = 1;
  texts.insert(tickets.encode(other));
  other = usual;
  other.offset = 4712;
  texts.insert(tickets.encode(other));
  EXPECT_EQ(texts.size(), 6U);
}

TEST(Ticket, OfAnotherHistoryOfTheSameDataIsRecognized) {
  const InstallationKey key = InstallationKey::draw();
  Incarnations backup;
  backup.begin(0xa, 1, {0, 0, 0});
  Incarnations before = backup;
  before.begin(0xb, 1, {0, 0, 4700});
  Incarnations restored = backup;
  restored.begin(0xc, 1, {0, 0, 4700});

  Ticket old = usual;
  old.offset = 4699;
  const TicketCodec here(key, restored);
  const auto shared = here.decode(TicketCodec(key, before).encode(old));
  const auto lost = here.decode(TicketCodec(key, before).encode(usual));
  ASSERT_TRUE(shared && lost);
  EXPECT_TRUE(here.is_of_this_history(*shared)) << "it was issued before the backup";
  EXPECT_FALSE(here.is_of_this_history(*lost));
  EXPECT_TRUE(here.is_of_this_history(*here.decode(here.encode(usual))));
}

TEST(Ticket, OfTheRestoredIncarnationButAfterItsEndIsRecognized) {
  const InstallationKey key = InstallationKey::draw();
  Incarnations list;
  list.begin(0xa, 1, {0, 0, 0});
  const std::string lost =
      TicketCodec(key, list).encode(usual);  // issued after the backup, by the same start
  list.begin(0xb, 1, {0, 0, 4700});
  const TicketCodec here(key, list);
  EXPECT_FALSE(here.is_of_this_history(*here.decode(lost)));
}

}  // namespace
}  // namespace firstcome
