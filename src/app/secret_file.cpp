#include "app/secret_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace firstcome::app {

Result<std::string> read_secret_file(const std::string& path) {
  std::ifstream file(path);
  std::string secret;
  if (!file) return Error{Error::Kind::Permanent, "cannot read " + path + ": " + std::strerror(errno)};
  std::getline(file, secret);
  if (secret.size() < 16) {
    return Error{Error::Kind::Permanent, path + ": its first line must be a key of at least 16 characters"};
  }
  return secret;
}

}  // namespace firstcome::app
