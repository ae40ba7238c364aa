#include "files/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace firstcome::files {

FileWatch::FileWatch(milliseconds every) : every_(every), thread_("files", [this] { return step(); }) {}

void FileWatch::add(std::vector<std::string> files, std::function<void()> changed) {
  Group group{.files = std::move(files), .changed = std::move(changed)};
  group.known = group.seen = states_of(group);
  groups_.push_back(std::move(group));
}

void FileWatch::read_all_again() {
  all_again_ = true;
  thread_.wake();
}

Instant FileWatch::step() {
  const bool all_again = all_again_.exchange(false);
  for (Group& group : groups_) {
    std::vector<State> now = states_of(group);
    const bool settled = now == std::exchange(group.seen, now);
    if (!all_again && (now == group.known || !settled)) continue;
    group.known = std::move(now);  // before the files are read: a change meanwhile is seen by the next look
    group.changed();
  }
  return std::chrono::steady_clock::now() + every_;
}

FileWatch::State FileWatch::state_of(const std::string& file) {
  struct stat seen {};
  if (stat(file.c_str(), &seen) != 0) return {};
  return {static_cast<std::int64_t>(seen.st_dev), static_cast<std::int64_t>(seen.st_ino), seen.st_size,
          seen.st_mtim.tv_sec * 1'000'000'000 + seen.st_mtim.tv_nsec,
          seen.st_ctim.tv_sec * 1'000'000'000 + seen.st_ctim.tv_nsec};
}

std::vector<FileWatch::State> FileWatch::states_of(const Group& group) {
  std::vector<State> states;
  states.reserve(group.files.size());
  for (const std::string& file : group.files) states.push_back(state_of(file));
  return states;
}

}  // namespace firstcome::files
