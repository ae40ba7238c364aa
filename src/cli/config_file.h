#pragma once

#include <map>
#include <span>
#include <string>

#include "cli/option.h"
#include "domain/result.h"

namespace firstcome::cli {

struct ConfigEntry {
  std::string text;   ///< as typed after the flag
  std::string where;  ///< "firstcome.toml line 3 (listen)"
};
using ConfigFile = std::map<std::string, ConfigEntry, std::less<>>;

/// Reads a TOML file of `name = value` lines. An unknown key is an error that suggests the nearest option: a
/// misspelled limit must not silently be no limit.
Result<ConfigFile> read_config_file(const std::string& path, std::span<const Option> options);

}  // namespace firstcome::cli
