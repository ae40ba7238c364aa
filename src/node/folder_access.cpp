#include "node/folder_access.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "files/private_files.h"
#include "files/user_name.h"

namespace firstcome::node {
namespace {

namespace fs = std::filesystem;

/// Checks the rights of the effective user, which the kernel uses when it opens a file.
bool may(const fs::path& path, int mode) { return faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0; }

/// The path itself, or the nearest folder above it that this user can see.
fs::path nearest_visible(fs::path path, struct stat& seen) {
  while (stat(path.c_str(), &seen) != 0 && path != path.parent_path()) path = path.parent_path();
  return path;
}

/// Explains why the last may() failed: the rights of the user, or a read-only disk.
Error denied(const fs::path& path, const char* action) {
  if (errno == EROFS) {
    return Error::permanent(
        "{}: Read-only file system. Mount it for writing, or specify another folder with --data",
        path.string());
  }
  struct stat seen {};
  const fs::path visible = nearest_visible(path, seen);
  const std::string owner = files::name_of_user(seen.st_uid);
  return Error::permanent(
      "{}: this process runs as {}, which may not {}; {} belongs to {}. {}", path.string(),
      files::name_of_this_user(), action, visible == path ? "it" : visible.string(), owner,
      seen.st_uid == geteuid() ? "Allow it: chmod -R u+rwX"
                               : fmt::format("Run this as {}, or change the owner: chown -R", owner));
}

}  // namespace

Status check_access(const std::string& folder, Access access) {
  const fs::path path = fs::absolute(folder).lexically_normal();
  const bool write = access == Access::Write;
  struct stat seen {};
  if (stat(path.c_str(), &seen) != 0) {
    if (errno == EACCES) return denied(path, "enter the folders above it");
    return Done{};
  }
  if (!S_ISDIR(seen.st_mode)) {
    return Error::permanent("{} is a file, and --data names a folder", path.string());
  }
  if (!may(path, R_OK | X_OK)) return denied(path, "read this folder");
  if (write && !may(path, W_OK)) return denied(path, "write in this folder");
  std::vector<fs::path> files;
  for (const char* name : {"journal.sqlite", "store.sqlite"}) {
    for (const char* part : {"", "-wal", "-shm", ".lock"}) {
      const fs::path file = path / (std::string(name) + part);
      if (stat(file.c_str(), &seen) != 0) continue;
      files.push_back(file);
      const bool is_lock = *part == '.';
      if (!is_lock && !may(file, R_OK)) return denied(file, "read this file");
      if (write && !may(file, W_OK)) return denied(file, "write this file");
    }
  }
  return write ? files::check_private_folder(path, files) : Done{};
}

Error no_such_folder(const std::string& folder) {
  return Error::permanent("{}: there is no such folder; specify the folder that the server has as --data",
                          folder);
}

Status check_there(const std::string& folder, const std::string& file) {
  if (access(folder.c_str(), F_OK) != 0) return no_such_folder(folder);
  const fs::path path = fs::path(folder) / file;
  if (access(path.c_str(), F_OK) == 0) return Done{};
  return Error::permanent("{}: there is no such file; specify the folder that the server has as --data",
                          path.string());
}

}  // namespace firstcome::node
