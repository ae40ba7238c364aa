#include "node/certificate_reload.h"

#include <fmt/core.h>

#include <chrono>

#include "log/log.h"

namespace firstcome::node {

void log_certificate(const net::ServerCertificate& certificate) {
  const auto context = certificate.context();
  log::info(fmt::format("TLS with the certificate {}", context->description()));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (const std::string warning = context->warning(now); !warning.empty()) log::warn(warning);
}

void watch_certificate(net::ServerCertificate& certificate, files::FileWatch& watch) {
  watch.add(certificate.files().all(), [&certificate] {
    if (const Status read = certificate.read_again(); !read) {
      return log::error("The certificate was not replaced, and the one in use stays: " + read.error().text());
    }
    log_certificate(certificate);
  });
}

}  // namespace firstcome::node
