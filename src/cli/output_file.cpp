#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace firstcome::cli {

namespace fs = std::filesystem;

OutputFile::~OutputFile() {
  if (file_ && !new_path_.empty()) ::unlink(new_path_.c_str());
}

Error OutputFile::failed() const {
  if (is_stdout()) return Error::permanent("standard output cannot be written: {}", std::strerror(errno));
  return Error::permanent("cannot write {}: {}", new_path_.empty() ? path_ : new_path_, std::strerror(errno));
}

Status OutputFile::open(const std::string& path) {
  std::error_code error;
  const fs::file_status found = fs::status(path, error);
  const bool is_file = !fs::exists(found) || fs::is_regular_file(found);
  // The target of a link gets the data, not the place of the link.
  const fs::path target = fs::exists(found) ? fs::canonical(path, error) : fs::path(path);
  path_ = target.string();
  new_path_ = is_file ? path_ + ".new" : std::string();
  const int flags = O_WRONLY | O_CLOEXEC | (is_file ? O_CREAT | O_TRUNC | O_NOFOLLOW : 0);
  const int opened = ::open(is_file ? new_path_.c_str() : path_.c_str(), flags, S_IRUSR | S_IWUSR);
  if (opened < 0) return failed();
  file_.reset(::fdopen(opened, "w"));
  if (!file_) return failed();
  // The name can be left from an earlier run, with other rights.
  if (is_file && ::fchmod(opened, S_IRUSR | S_IWUSR) != 0) return failed();
  return Done{};
}

bool OutputFile::is_terminal() const { return ::isatty(file_ ? ::fileno(file_.get()) : STDOUT_FILENO) != 0; }

Status OutputFile::write(std::string_view bytes) {
  std::FILE* file = file_ ? file_.get() : stdout;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size()) return Done{};
  Error error = failed();
  if (is_stdout()) std::clearerr(stdout);  // otherwise main() reports it, too, but without the reason
  return error;
}

Status OutputFile::finish() {
  if (is_stdout()) return Done{};
  if (std::fflush(file_.get()) != 0) return failed();
  if (new_path_.empty()) return std::fclose(file_.release()) == 0 ? Status(Done{}) : Status(failed());
  if (::fsync(::fileno(file_.get())) != 0) return failed();
  if (::rename(new_path_.c_str(), path_.c_str()) != 0) return failed();
  new_path_.clear();
  return std::fclose(file_.release()) == 0 ? Status(Done{}) : Status(failed());
}

}  // namespace firstcome::cli
