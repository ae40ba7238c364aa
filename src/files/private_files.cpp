#include "files/private_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "files/user_name.h"

namespace firstcome::files {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kGroupAndOthers = S_IRWXG | S_IRWXO;

/// As one word of a shell command.
std::string shell_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+,:@%").find(c) != std::string_view::npos;
  };
  if (std::ranges::all_of(text, is_plain)) return text;
  std::string word = "'";
  for (const char letter : text) word += letter == '\'' ? "'\\''" : std::string(1, letter);
  return word + "'";
}

mode_t permissions(const struct stat& seen) { return seen.st_mode & 07777; }

}  // namespace

Status check_private_folder(const fs::path& folder, std::span<const fs::path> files) {
  std::vector<fs::path> all = {folder};
  all.insert(all.end(), files.begin(), files.end());
  std::string first;
  std::string mend = "Run: chmod go=";
  for (const fs::path& path : all) {
    struct stat seen {};
    if (stat(path.c_str(), &seen) != 0 || (seen.st_mode & kGroupAndOthers) == 0) continue;
    if (first.empty()) {
      first =
          fmt::format("{}: other users of this machine may use {} (mode {:04o}), and coupons have a value.",
                      path.string(), path == folder ? "this data folder" : "this file", permissions(seen));
    }
    mend += " " + shell_word(path.string());
  }
  if (first.empty()) return Done{};
  // Without data in it, it may be a folder that others need, such as /tmp.
  if (files.empty()) {
    mend =
        "Specify a folder that does not exist yet: it is created for its owner alone. If this folder is only for "
        "firstcome, run: " +
        mend.substr(std::string_view("Run: ").size());
  }
  return Error::permanent("{} Nothing was changed.", first).with_hint(mend);
}

Status check_private_file(const std::string& path) {
  struct stat seen {};
  if (stat(path.c_str(), &seen) != 0 || !(S_ISREG(seen.st_mode) || S_ISFIFO(seen.st_mode))) return Done{};
  const bool by_group = seen.st_uid == 0 && geteuid() != 0;
  const mode_t forbidden = by_group ? S_IWGRP | S_IXGRP | S_IRWXO : kGroupAndOthers;
  if ((seen.st_mode & forbidden) == 0) return Done{};
  const std::string word = shell_word(path);
  std::string mend = fmt::format("chmod {} {}", by_group ? "g=r,o=" : "go=", word);
  if (seen.st_uid != geteuid() && !by_group)
    mend += fmt::format(", and give the file to {}, which runs this process", name_of_this_user());
  return Error::permanent(
             "{}: other users of this machine may use this file (mode {:04o}), and it holds a secret.", path,
             permissions(seen))
      .with_hint(fmt::format("Run: {}", mend));
}

}  // namespace firstcome::files
