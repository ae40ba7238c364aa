#include "domain/trace_context.h"

#include <gtest/gtest.h>

namespace firstcome {
namespace {

constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string state_of(std::string_view tracestate) {
  return TraceContext::parse(kParent, tracestate).value().tracestate();
}

/// A member of `length` bytes.
std::string member(std::string key, std::size_t length) {
  key += '=';
  return key + std::string(length - key.size(), 'v');
}

TEST(TraceContext, HasTheFieldsOfATraceparent) {
  const auto context = TraceContext::parse(kParent, "");
  ASSERT_TRUE(context);
  EXPECT_EQ(context->traceparent(), kParent);
  EXPECT_EQ(context->trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(context->span_id(), "00f067aa0ba902b7");
  EXPECT_TRUE(context->is_sampled());
  EXPECT_EQ(context->tracestate(), "");
}

TEST(TraceContext, TheSampledFlagIsTheLowestBit) {
  const auto flags = [](std::string_view digits) {
    std::string text(kParent);
    text.replace(53, 2, digits);
    return TraceContext::parse(text, "").value();
  };
  EXPECT_FALSE(flags("00").is_sampled());
  EXPECT_FALSE(flags("02").is_sampled());
  EXPECT_TRUE(flags("03").is_sampled());
  EXPECT_EQ(flags("03").traceparent().substr(53), "03");
  // Flags without a meaning are passed on as 0.
  EXPECT_EQ(flags("ff").traceparent().substr(53), "03");
  EXPECT_EQ(flags("fc").traceparent().substr(53), "00");
}

TEST(TraceContext, ATraceparentThatIsNotValidIsNone) {
  for (const std::string_view text : {
           "",
           "00",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",      // no flags
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",    // one digit of flags
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",  // more than version 00 has
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, "
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",  // two fields, joined to a list
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, "
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",  // the version that never exists
           "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",  // upper case
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0X",
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",  // no trace
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",  // no span
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7_01",
           "00-4bf92f3577b34da6a3ce929d0e0e473.-00f067aa0ba902b7-01",
           "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01what",  // a later version goes on with "-"
       }) {
    EXPECT_FALSE(TraceContext::parse(text, "a=1")) << text;
    EXPECT_EQ(TraceContext::parse_shared(text, "a=1"), nullptr) << text;
  }
}

TEST(TraceContext, ALaterVersionIsReadAndWrittenAsVersion00) {
  std::string text(kParent);
  text.replace(0, 2, "cc");
  EXPECT_EQ(TraceContext::parse(text, "").value().traceparent(), kParent);
  text += "-what-the-future-will-be-like";
  EXPECT_EQ(TraceContext::parse(text, "").value().traceparent(), kParent);
}

TEST(TraceContext, AnotherSpanIsOfTheSameTrace) {
  const TraceContext child = TraceContext::parse(kParent, "a=1")->with_span(0xab);
  EXPECT_EQ(child.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00000000000000ab-01");
  EXPECT_EQ(child.tracestate(), "a=1");
}

TEST(TraceContext, KeepsTheMembersOfATracestateInOrder) {
  EXPECT_EQ(state_of("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"), "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  EXPECT_EQ(state_of(" \tfoo=1 , \t ,bar=2\t,"), "foo=1,bar=2");
  EXPECT_EQ(state_of("0tenant@system=a b!#~,b-_*/=2"), "0tenant@system=a b!#~,b-_*/=2");
  EXPECT_EQ(state_of(",,"), "");
}

TEST(TraceContext, ATracestateThatIsNotValidIsDroppedAlone) {
  for (const std::string& text : {std::string("foo"),
                                  std::string("=1"),
                                  std::string("foo="),
                                  std::string("foo =1"),
                                  std::string("FOO=1"),
                                  std::string("foo.bar=1"),
                                  std::string("0foo=1"),
                                  std::string("foo@=1"),
                                  std::string("@foo=1"),
                                  std::string("foo@0bar=1"),
                                  std::string("a@b@c=1"),
                                  std::string("foo=a=b"),
                                  std::string("foo=\x01"),
                                  std::string("foo=\xc3\xa9"),
                                  std::string("foo=1,foo=2"),
                                  std::string("foo=1\r\nX: y"),
                                  std::string("ok=1,foo"),
                                  std::string("foo@abcdefghijklmno=1"),
                                  std::string(257, 'k') + "=1",
                                  std::string(242, 't') + "@a=1",
                                  "foo=" + std::string(257, 'v')}) {
    EXPECT_EQ(state_of(text), "") << text;
  }
}

TEST(TraceContext, ATracestateHas32Members) {
  std::string text = "k0=1";
  for (int i = 1; i < 32; ++i) text += ",k" + std::to_string(i) + "=1";
  EXPECT_EQ(state_of(text), text);
  EXPECT_EQ(state_of(text + ",k32=1"), "");
}

TEST(TraceContext, ATracestateOver512BytesLosesLongMembersThenTheLastOnes) {
  const std::string whole = member("a", 255) + "," + member("b", 256);
  ASSERT_EQ(whole.size(), TraceContext::kStateLimit);
  EXPECT_EQ(state_of(whole), whole);
  EXPECT_EQ(state_of(member("a", 100) + "," + member("long", 129) + "," + member("b", 128) + "," +
                     member("c", 128) + "," + member("d", 100)),
            member("a", 100) + "," + member("b", 128) + "," + member("c", 128) + "," + member("d", 100));
  EXPECT_EQ(state_of(member("a", 128) + "," + member("b", 128) + "," + member("c", 128) + "," +
                     member("d", 128) + ",e=1"),
            member("a", 128) + "," + member("b", 128) + "," + member("c", 128));
}

}  // namespace
}  // namespace firstcome
