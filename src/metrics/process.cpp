#include "metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace firstcome::metrics {
namespace {

/// Start time of the machine, in seconds since 1970.
Result<std::uint64_t> boot_time() {
  std::ifstream lines("/proc/stat");
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("btime ")) return std::stoull(line.substr(6));
  }
  return Error::retryable("/proc/stat has no line btime");
}

double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

std::uint64_t count_open_fds() {
  std::error_code error;
  const auto entries = std::filesystem::directory_iterator("/proc/self/fd", error);
  if (error) return 0;
  const auto all = static_cast<std::uint64_t>(std::distance(begin(entries), end(entries)));
  return all - 1;  // without the descriptor of the listing
}

/// Fields of /proc/self/stat, as proc(5) numbers them.
struct Stat {
  std::uint64_t threads = 0;         // 20
  std::uint64_t start_ticks = 0;     // 22, after boot
  std::uint64_t virtual_bytes = 0;   // 23
  std::uint64_t resident_pages = 0;  // 24
};

Result<Stat> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(file), {});
  const auto name_end = text.rfind(')');  // the name before it may contain any character
  if (name_end == std::string::npos) return Error{Error::Kind::Retryable, "/proc/self/stat cannot be read"};
  std::istringstream fields(text.substr(name_end + 2));
  Stat stat;
  std::string skipped;
  for (int field = 3; field < 20; ++field) fields >> skipped;
  fields >> stat.threads >> skipped >> stat.start_ticks >> stat.virtual_bytes >> stat.resident_pages;
  if (!fields) return Error::retryable("/proc/self/stat does not have the format of proc(5)");
  return stat;
}

}  // namespace

Result<ProcessFigures> read_process_figures() {
  ASSIGN_OR_RETURN(const Stat stat, read_stat());
  ASSIGN_OR_RETURN(const std::uint64_t booted, boot_time());
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return ProcessFigures{
      .cpu_seconds = cpu_seconds(),
      .resident_bytes = stat.resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
      .virtual_bytes = stat.virtual_bytes,
      .start_time_seconds = static_cast<double>(booted) + static_cast<double>(stat.start_ticks) / ticks,
      .threads = stat.threads,
      .open_fds = count_open_fds(),
      .max_fds = files.rlim_cur};
}

}  // namespace firstcome::metrics
