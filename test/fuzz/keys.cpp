/// A keys file and a JWKS: never a crash, and a refusal names the file.
#include <string>

#include "access/json_web_keys.h"
#include "access/keys_file.h"
#include "domain/check.h"

using namespace firstcome;
using namespace firstcome::access;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto keys = parse_keys(text, "the file")) {
    for (const Key& key : *keys) CHECK(is_key_name(key.name) && !key.scopes.empty());
  } else {
    CHECK(keys.error().text().starts_with("the file"));
  }
  if (const auto set = parse_json_web_keys(text, "the file")) {
    for (const VerificationKey& key : set->keys)
      CHECK((key.algorithm == Algorithm::HS256) == (key.public_key == nullptr));
  } else {
    CHECK(set.error().text().starts_with("the file"));
  }
  return 0;
}
