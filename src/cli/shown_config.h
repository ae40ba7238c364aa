#pragma once

#include <span>
#include <string>

#include "cli/config.h"
#include "cli/option.h"

/// What was said for each setting, for people who look. Nothing in it is secret.
namespace firstcome::cli {

/// A file for `--config`, in whose comments stands what each value is and where it comes from. What only a
/// flag can say is left out; what nobody said is commented out.
std::string config_as_toml(std::span<const Option> options, const Values& values);
/// {"settings":[{"name":"listen","value":"127.0.0.1:8080","origin":"default"}, …]}; numbers and switches
/// are JSON's, times text; null for what nobody said.
std::string config_as_json(std::span<const Option> options, const Values& values);

/// Is it told to librdkafka by a name like those of passwords and keys?
bool is_secret_property(std::string_view key);
/// `text` with stars for the secrets in it: a password in an address, the values of librdkafka's
/// properties that are named like secrets.
std::string without_secrets(const Option& option, const std::string& text);

}  // namespace firstcome::cli
