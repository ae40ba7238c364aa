#include "access/json_web_keys.h"

#include <algorithm>

#include "access/base64url.h"
#include "access/strict_json.h"
#include "domain/check.h"

namespace firstcome::access {
namespace {

namespace dom = simdjson::dom;

/// A key of the set, and where it is, for errors.
struct NamedJwk {
  dom::object jwk;
  std::string name;  ///< "jwks.json: key 2 (kid shop-1)"
};

Error broken(const NamedJwk& named, std::string_view what) {
  return Error::permanent("{}: {}", named.name, what);
}

/// The bytes of a member in base64url.
Result<std::string> bytes_member(const NamedJwk& named, std::string_view name) {
  const auto text = text_member(named.jwk, name);
  if (!text) return broken(named, fmt::format("its type needs the text '{}'", name));
  auto bytes = from_base64url(*text);
  if (!bytes || bytes->empty())
    return broken(named, fmt::format("'{}' must be base64url without padding", name));
  return *bytes;
}

bool is_for_verifying(dom::object jwk) {
  if (const auto use = member(jwk, "use")) {
    if (text_member(jwk, "use") != "sig") return false;
  }
  const auto operations = member(jwk, "key_ops");
  if (!operations) return true;
  dom::array list;
  if (operations->get(list) != simdjson::SUCCESS) return false;
  return std::any_of(list.begin(), list.end(), [](const dom::element& operation) {
    std::string_view name;
    return operation.get(name) == simdjson::SUCCESS && name == "verify";
  });
}

/// By `kty`, `crv` and `alg`. Nothing: another one.
std::optional<Algorithm> algorithm_of(dom::object jwk) {
  const auto type = text_member(jwk, "kty");
  const auto curve = text_member(jwk, "crv");
  std::optional<Algorithm> algorithm;
  if (type == "oct") algorithm = Algorithm::HS256;
  if (type == "RSA") algorithm = Algorithm::RS256;
  if (type == "EC" && curve == "P-256") algorithm = Algorithm::ES256;
  if (type == "OKP" && curve == "Ed25519") algorithm = Algorithm::EdDSA;
  if (algorithm && member(jwk, "alg") && text_member(jwk, "alg") != name_of(*algorithm)) return std::nullopt;
  return algorithm;
}

Status read_secret(const NamedJwk& named, VerificationKey& key) {
  ASSIGN_OR_RETURN(key.secret, bytes_member(named, "k"));
  if (key.secret.size() >= 32) return Done{};
  return broken(named, fmt::format("'k' has {} bytes; HS256 needs 32 random bytes or more (RFC 7518 §3.2)",
                                   key.secret.size()));
}

Status read_rsa(const NamedJwk& named, VerificationKey& key) {
  ASSIGN_OR_RETURN(const auto n, bytes_member(named, "n"));
  ASSIGN_OR_RETURN(const auto e, bytes_member(named, "e"));
  key.public_key = rsa_public_key(n, e);
  if (!key.public_key) return broken(named, "'n' and 'e' are no RSA key of at most 8192 bits");
  if (bits_of(key.public_key) >= 2048) return Done{};
  return broken(named, fmt::format("it has {} bits; RS256 needs 2048 or more (RFC 7518 §3.3)",
                                   bits_of(key.public_key)));
}

Status read_p256(const NamedJwk& named, VerificationKey& key) {
  ASSIGN_OR_RETURN(const auto x, bytes_member(named, "x"));
  ASSIGN_OR_RETURN(const auto y, bytes_member(named, "y"));
  key.public_key = p256_public_key(x, y);
  if (!key.public_key) return broken(named, "'x' and 'y', 32 bytes each, must be a point of P-256");
  return Done{};
}

Status read_ed25519(const NamedJwk& named, VerificationKey& key) {
  ASSIGN_OR_RETURN(const auto x, bytes_member(named, "x"));
  key.public_key = ed25519_public_key(x);
  if (!key.public_key) return broken(named, "'x' must be the 32 bytes of an Ed25519 key");
  return Done{};
}

Status read_material(const NamedJwk& named, VerificationKey& key) {
  switch (key.algorithm) {
    case Algorithm::HS256: return read_secret(named, key);
    case Algorithm::RS256: return read_rsa(named, key);
    case Algorithm::ES256: return read_p256(named, key);
    case Algorithm::EdDSA: return read_ed25519(named, key);
  }
  CHECK(false);
}

/// Nothing: a key that is left out.
Result<std::optional<VerificationKey>> read_key(const NamedJwk& named) {
  if (!text_member(named.jwk, "kty")) return broken(named, "it needs the text 'kty'");
  for (const std::string_view name : {"d", "p", "q", "dp", "dq", "qi", "oth"}) {
    if (!member(named.jwk, name)) continue;
    return broken(named,
                  fmt::format("'{}' is a part of a private key, which this server must not have; give only "
                              "public keys",
                              name));
  }
  const auto algorithm = algorithm_of(named.jwk);
  if (!algorithm || !is_for_verifying(named.jwk)) return std::optional<VerificationKey>{};
  std::optional<VerificationKey> key(std::in_place);
  key->algorithm = *algorithm;
  if (member(named.jwk, "kid")) {
    const auto id = text_member(named.jwk, "kid");
    if (!id) return broken(named, "'kid' must be a text");
    key->id = *id;
  }
  RETURN_IF_ERROR(read_material(named, *key));
  return key;
}

std::string name_of_jwk(const std::string& source, std::size_t number, dom::object jwk) {
  const auto id = text_member(jwk, "kid");
  return id ? fmt::format("{}: key {} (kid {})", source, number, *id)
            : fmt::format("{}: key {}", source, number);
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::HS256: return "HS256";
    case Algorithm::RS256: return "RS256";
    case Algorithm::ES256: return "ES256";
    case Algorithm::EdDSA: return "EdDSA";
  }
  CHECK(false);
}

bool JsonWebKeys::has_secret() const {
  return std::ranges::any_of(keys, [](const auto& key) { return key.algorithm == Algorithm::HS256; });
}

Result<JsonWebKeys> parse_json_web_keys(std::string_view json, const std::string& source) {
  StrictJson reader;
  const auto root = reader.object(json);
  if (!root) {
    return Error::permanent("{}: this is no JSON object in UTF-8 without repeated members", source);
  }
  dom::array list;
  if (root->at_key("keys").get(list) != simdjson::SUCCESS) {
    return Error::permanent("{}: a JWKS has the list 'keys' (RFC 7517 §5): {{\"keys\":[…]}}", source);
  }
  JsonWebKeys set;
  std::size_t number = 0;
  for (const dom::element& element : list) {
    dom::object jwk;
    ++number;
    if (element.get(jwk) != simdjson::SUCCESS)
      return Error::permanent("{}: key {} is no object", source, number);
    const NamedJwk named{jwk, name_of_jwk(source, number, jwk)};
    ASSIGN_OR_RETURN(auto key, read_key(named));
    if (!key) continue;
    const bool repeated =
        key->id && std::ranges::any_of(set.keys, [&](const auto& other) { return other.id == key->id; });
    if (repeated) return broken(named, "another key has the same 'kid'; give each key its own");
    set.keys.push_back(std::move(*key));
  }
  if (set.keys.empty() && number > 0) {
    return Error::permanent(
        "{}: none of its keys verifies tokens. Keys of firstcome are for signatures with HS256 (oct), RS256 (RSA), ES256 "
        "(EC, P-256) or EdDSA (OKP, Ed25519)",
        source);
  }
  return set;
}

}  // namespace firstcome::access
