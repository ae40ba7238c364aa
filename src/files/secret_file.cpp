#include "files/secret_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "files/private_files.h"
#include "text/byte_order_mark.h"

namespace firstcome::files {

Result<std::string> read_secret_file(const std::string& path) {
  std::ifstream file(path);
  std::string secret;
  if (!file) return Error::permanent("cannot read {}: {}", path, std::strerror(errno));
  RETURN_IF_ERROR(check_private_file(path));
  std::getline(file, secret);
  if (file.bad()) return Error::permanent("cannot read {}: {}", path, std::strerror(errno));
  if (secret.starts_with(text::kByteOrderMark)) secret.erase(0, text::kByteOrderMark.size());
  if (secret.ends_with('\r')) secret.pop_back();
  const auto is_preserved = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; };
  if (!std::ranges::all_of(secret, is_preserved)) {
    return Error::permanent(
        "{}: the key in its first line contains a space or control character, which HTTP does not preserve",
        path);
  }
  if (secret.size() < 16) {
    return Error::permanent("{}: its first line must be a key of at least 16 characters", path);
  }
  return secret;
}

}  // namespace firstcome::files
