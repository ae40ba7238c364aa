#pragma once

#include "files/file_watch.h"
#include "net/tls_context.h"

namespace firstcome::node {

/// Logs the listeners' certificate, with a warning if clients refuse it.
void log_certificate(const net::ServerCertificate& certificate);

/// Has `watch` read the certificate again when one of its files changes. If the new files cannot be used the certificate
/// stays, with an error in the log. `certificate` outlives the watch.
void watch_certificate(net::ServerCertificate& certificate, files::FileWatch& watch);

}  // namespace firstcome::node
