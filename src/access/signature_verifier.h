#pragma once

#include <memory>
#include <string_view>

#include "access/json_web_keys.h"

struct evp_md_ctx_st;

namespace firstcome::access {

/// Verifies signatures of RFC 7515 with OpenSSL. Keeps its memory; one per thread.
class SignatureVerifier {
 public:
  SignatureVerifier();
  bool verify(const VerificationKey& key, std::string_view signed_text, std::string_view signature);

 private:
  struct FreeContext {
    void operator()(evp_md_ctx_st* context) const;
  };
  bool verify_digest(const VerificationKey& key, bool is_hashed, std::string_view signed_text,
                     std::string_view signature);
  std::unique_ptr<evp_md_ctx_st, FreeContext> context_;
};

}  // namespace firstcome::access
