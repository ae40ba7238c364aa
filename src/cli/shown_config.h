#pragma once

#include <span>
#include <string>

#include "cli/config.h"
#include "cli/option.h"

/// The effective configuration, printed without secrets.
namespace firstcome::cli {

/// A file for `--config`; a comment after each value names its source. Options that only a flag can set are
/// left out; options without a value are commented out.
std::string config_as_toml(std::span<const Option> options, const Values& values);
/// {"settings":[{"name":"listen","value":"127.0.0.1:8080","origin":"default"}, …]}; numbers and switches
/// are JSON numbers and booleans, times are text; null: no value.
std::string config_as_json(std::span<const Option> options, const Values& values);

/// `text` with its secrets replaced by ***; of Lines, the whole value of a secret property.
std::string without_secrets(const Option& option, const std::string& text);

}  // namespace firstcome::cli
