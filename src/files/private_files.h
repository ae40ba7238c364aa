#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "domain/result.h"

namespace firstcome::files {

/// Checks that only the owner has rights on a data folder and on `files` in it. The error names the first one
/// that is open to other users, its mode, and the chmod that closes all of them. A missing folder or file is not an
/// error.
Status check_private_folder(const std::filesystem::path& folder,
                            std::span<const std::filesystem::path> files);

/// Checks that only its owner can use a file that holds a secret. A file of root may also have rights for its
/// group if this process has another user: that is how Kubernetes and Debian's group ssl-cert hand a secret to
/// a process (the rule of PostgreSQL for ssl_key_file). A missing file is not an error, nor is a
/// terminal or another device.
Status check_private_file(const std::string& path);

}  // namespace firstcome::files
