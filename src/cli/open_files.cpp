#include "cli/open_files.h"

#include <sys/resource.h>

#include <algorithm>

namespace firstcome::cli {

std::int64_t allow_open_files(std::int64_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t most = std::max(limit.rlim_max, static_cast<rlim_t>(wanted));
  const rlimit raised{.rlim_cur = most, .rlim_max = most};
  if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) {  // only a privileged process may exceed the hard limit
    const rlimit allowed{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &allowed);
  }
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::int64_t>(limit.rlim_cur);
}

}  // namespace firstcome::cli
