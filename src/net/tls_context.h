#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "domain/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace firstcome::net {

/// The settings, keys and trust of one side of TLS: an SSL_CTX. Any thread may make sessions of it.
class TlsContext {
 public:
  /// Files in PEM form.
  struct ServerFiles {
    std::string certificate;  ///< the server's certificate first, then that of each issuer but the root
    std::string key;
    std::string client_ca;  ///< empty: clients need no certificate
    [[nodiscard]] std::vector<std::string> all() const;
  };
  struct ClientFiles {
    std::string ca;           ///< empty: the authorities that the system trusts
    std::string certificate;  ///< of the client, with its chain; empty: none
    std::string key;
  };
  using Seconds = std::chrono::sys_seconds;

  /// For listeners: TLS 1.2 and 1.3, ALPN http/1.1. The error names the file and what to do. A certificate that is not
  /// valid now is no error: see warning().
  static Result<TlsContext> for_server(const ServerFiles& files);
  static Result<TlsContext> for_client(const ClientFiles& files);

  /// Why clients will refuse the certificate, or may soon; empty: they will not.
  [[nodiscard]] std::string warning(Seconds now) const;
  /// For the log: `CN=shop.example, an EC key of 256 bits, valid until 2027-01-31T00:00:00Z`.
  [[nodiscard]] const std::string& description() const { return description_; }
  [[nodiscard]] Seconds not_after() const { return not_after_; }

  [[nodiscard]] ssl_ctx_st* native() const { return native_.get(); }

 private:
  TlsContext() = default;
  std::shared_ptr<ssl_ctx_st> native_;
  std::string certificate_file_;
  std::string description_;
  Seconds not_before_{};
  Seconds not_after_{};
};

/// The certificate that the listeners present. Its files can be read again for new connections; open ones keep what they
/// have. Any thread.
class ServerCertificate {
 public:
  static Result<std::shared_ptr<ServerCertificate>> open(TlsContext::ServerFiles files);

  [[nodiscard]] const TlsContext::ServerFiles& files() const { return files_; }
  /// On an error the certificate stays as it is.
  Status read_again();
  [[nodiscard]] std::shared_ptr<const TlsContext> context() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }

 private:
  ServerCertificate(TlsContext::ServerFiles files, TlsContext context)
      : files_(std::move(files)), context_(std::make_shared<const TlsContext>(std::move(context))) {}

  const TlsContext::ServerFiles files_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> context_;  // guarded by mutex_
};

}  // namespace firstcome::net
