#include "cli/secret_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace firstcome::cli {

Result<std::string> read_secret_file(const std::string& path) {
  std::ifstream file(path);
  std::string secret;
  if (!file) return Error::permanent("cannot read " + path + ": " + std::strerror(errno));
  std::getline(file, secret);
  if (file.bad()) return Error::permanent("cannot read " + path + ": " + std::strerror(errno));
  if (secret.ends_with('\r')) secret.pop_back();
  const auto sent_as_it_is = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; };
  if (!std::ranges::all_of(secret, sent_as_it_is)) {
    return Error::permanent(path +
                            ": the key in its first line must be without blanks, as HTTP does not keep them");
  }
  if (secret.size() < 16) {
    return Error::permanent(path + ": its first line must be a key of at least 16 characters");
  }
  return secret;
}

}  // namespace firstcome::cli
