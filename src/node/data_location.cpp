#include "node/data_location.h"

#include <fmt/core.h>

#include <filesystem>

namespace firstcome::node {

std::string name_of(const DataLocation& location) {
  if (const auto* folder = std::get_if<Folder>(&location)) {
    return std::filesystem::absolute(folder->path).lexically_normal().string();
  }
  const auto& servers = std::get<Servers>(location);
  return fmt::format("journal kafka://{}/{}, store {}", servers.journal.servers, servers.journal.topic,
                     servers.store);
}

}  // namespace firstcome::node
