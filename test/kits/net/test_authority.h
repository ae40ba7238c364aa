#pragma once

#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace firstcome::test {

/// A certificate authority that lives for one test. Everything is in PEM form, on keys of P-256.
class TestAuthority {
 public:
  /// Self-signed, or issued by `issuer`.
  explicit TestAuthority(const std::string& name, const TestAuthority* issuer = nullptr);

  struct Wanted {
    std::string name = "localhost";
    std::string alternatives = "DNS:localhost,IP:127.0.0.1";
    int first_day = -1;  ///< relative to today
    int last_day = 30;
    int rsa_bits = 0;  ///< 0: P-256
  };
  struct Issued {
    std::string certificate;
    std::string key;
  };
  [[nodiscard]] Issued issue(const Wanted& wanted) const;
  [[nodiscard]] Issued issue() const { return issue(Wanted{}); }
  [[nodiscard]] std::string certificate() const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
};

/// Writes a file that only its owner can use, under a temporary name first.
void replace_file(const std::string& path, const std::string& text);

}  // namespace firstcome::test
