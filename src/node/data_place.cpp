#include "node/data_place.h"

#include <fmt/core.h>

#include <filesystem>

namespace firstcome::node {

std::string name_of(const DataPlace& place) {
  if (const auto* folder = std::get_if<Folder>(&place)) {
    return std::filesystem::absolute(folder->path).lexically_normal().string();
  }
  const auto& servers = std::get<Servers>(place);
  return fmt::format("journal kafka://{}/{}, store {}", servers.journal.servers, servers.journal.topic,
                     servers.store);
}

}  // namespace firstcome::node
