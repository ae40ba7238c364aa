// The cost of a credential, on one core.
//
//   access_bench [--rounds N] [--calls N] [--json]
//
//   first token   a user token that was not verified before, by algorithm
//   cached token  the same through Authenticator, once it is in the cache
//   first key     a key, among ten, that is not cached
//   cached key
//   limit         a press that a limiter allows, of a million users in turn
//   bare          the signature alone: OpenSSL verifies the same bytes
//   JSON          header and claims of a token, read by StrictJson and by nlohmann's SAX parser with a search for
//                 repeated members (docs/decisions/0047)
// Each round runs all of them, one after the other.

#include <fmt/core.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "access/authenticator.h"
#include "access/key_secret.h"
#include "access/rate_limiter.h"
#include "access/strict_json.h"
#include "access/token_reader.h"
#include "measurement.h"
#include "options.h"
#include "test/contract/temporary_folder.h"
#include "test/kits/access/token_signer.h"

namespace {

using namespace firstcome;
using namespace firstcome::access;
using bench::must;
using bench::seconds;

const Timestamp kNow = from_millis(1'800'000'000'000);
constexpr std::string_view kHeader = R"({"alg":"EdDSA","typ":"JWT","kid":"k1"})";

std::string claims_of(std::int64_t user) {
  return fmt::format(
      R"({{"iss":"https://login.example","aud":["coupons","shop"],"sub":"{}","iat":1800000000,"exp":1800003600,)"
      R"("scope":"openid profile","name":"A. Customer","amr":["pwd","otp"]}})",
      user);
}

/// Repeated members end the parse.
class UniqueMembers : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t value) override { return (expires = value) > 0; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t& value) override { return (text = std::move(value)).size() < 8192; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return members.emplace_back(), true; }
  bool key(string_t& name) override { return members.back().insert(name).second; }
  bool end_object() override { return members.pop_back(), true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  std::vector<std::set<std::string>> members;
  std::string text;
  std::uint64_t expires = 0;
};

void write_private(const std::string& path, std::string_view content) {
  std::ofstream(path) << content;
  chmod(path.c_str(), 0600);
}

struct Bench {
  std::int64_t calls;
  std::map<std::string, std::vector<double>> nanoseconds;

  template <class Run>
  void measure(const std::string& name, Run run) {
    const double time = seconds([&] {
      for (std::int64_t i = 0; i < calls; ++i) run(i);
    });
    nanoseconds[name].push_back(time / static_cast<double>(calls) * 1e9);
  }
};

void measure_tokens(Bench& bench, const test::TemporaryFolder& folder, Algorithm algorithm) {
  const test::TokenSigner signer(algorithm);
  const std::string path = folder.file("jwks.json");
  write_private(path, signer.jwks());
  const auto source = CredentialSource::open({.jwt_keys_file = path, .jwt_issuer = "https://login.example"});
  must(source.ok(), "the JWKS was refused");
  const auto credentials = (*source)->current();
  TokenReader reader;
  const std::string name(name_of(algorithm));
  const std::string token = signer.token(claims_of(42));
  const auto set = parse_json_web_keys(signer.jwks(), "jwks");
  const std::string text = token.substr(0, token.rfind('.'));
  const std::string signature = signer.signature(text);
  SignatureVerifier verifier;
  bench.measure("signature alone, " + name, [&](std::int64_t) {
    must(verifier.verify(set->keys[0], text, signature), "a right signature was refused");
  });
  bench.measure("first token, " + name, [&](std::int64_t) {
    must(credentials->verify(token, kNow, reader).denial == Denial::None, "a right token was denied");
  });
  if (algorithm != Algorithm::ES256) return;
  Authenticator authenticator(**source);
  const std::string field = "Bearer " + token;
  must(authenticator.verify(field, kNow).caller != nullptr, "a right token was denied");
  bench.measure("cached token",
                [&](std::int64_t) { must(authenticator.verify(field, kNow).cached, "it is not cached"); });
}

void measure_keys(Bench& bench, const test::TemporaryFolder& folder) {
  std::string toml;
  NewKey last;
  for (int i = 0; i < 10; ++i) {
    last = make_key(fmt::format("key-{}", i), Scopes::all());
    toml += last.toml;
  }
  const std::string path = folder.file("keys.toml");
  write_private(path, toml);
  const auto source = CredentialSource::open({.keys_file = path});
  must(source.ok(), "the keys file was refused");
  const auto credentials = (*source)->current();
  TokenReader reader;
  bench.measure("first key, of ten", [&](std::int64_t) {
    must(credentials->verify(last.secret, kNow, reader).denial == Denial::None, "a right key was denied");
  });
  Authenticator authenticator(**source);
  const std::string field = "Bearer " + last.secret;
  must(authenticator.verify(field, kNow).caller != nullptr, "a right key was denied");
  bench.measure("cached key",
                [&](std::int64_t) { must(authenticator.verify(field, kNow).cached, "it is not cached"); });
}

void measure_limit(Bench& bench) {
  RateLimiter limiter(5, 10);
  Instant now = std::chrono::steady_clock::now();
  bench.measure("limit of presses", [&](std::int64_t press) {
    now += std::chrono::microseconds(20);
    const BucketOwner owner{.kind = BucketOwner::Kind::User,
                            .principal = static_cast<std::uint64_t>(press * 7919 % 1'000'000),
                            .policy = 7};
    must(limiter.take(owner, now).allowed, "a press within the limit was refused");
  });
}

void measure_json(Bench& bench) {
  const std::string claims = claims_of(42);
  StrictJson strict;
  bench.measure("JSON by simdjson", [&](std::int64_t) {
    must(strict.object(kHeader).has_value(), "refused");
    must(text_member(*strict.object(claims), "sub") == "42", "refused");
  });
  bench.measure("JSON by nlohmann", [&](std::int64_t) {
    UniqueMembers handler;
    must(nlohmann::json::sax_parse(kHeader, &handler), "refused");
    must(nlohmann::json::sax_parse(claims, &handler) && handler.expires > 0, "refused");
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t rounds = 5;
  std::int64_t calls = 10'000;
  bool json = false;
  bench::read_options(argc, argv, {{"--rounds", &rounds}, {"--calls", &calls}, {"--json", &json}});
  Bench bench{.calls = calls};
  const test::TemporaryFolder folder;
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (const Algorithm algorithm :
         {Algorithm::HS256, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA}) {
      measure_tokens(bench, folder, algorithm);
    }
    measure_keys(bench, folder);
    measure_limit(bench);
    measure_json(bench);
  }
  for (auto& [name, values] : bench.nanoseconds) bench::print(json, name, bench::spread(values), "ns");
  return 0;
}
