#pragma once

#include <map>
#include <string>
#include <variant>

#include "store/data.h"

namespace firstcome::store {

/// The table `setting`: partition_count, era, cluster_id (the journal's identity), installation_key
/// (64 hex digits), incarnations (Incarnations::text).
using SettingRows = std::map<std::string, std::string>;

/// For an empty store, with a fresh installation key.
SettingRows new_setting_rows(const NewData& data);
/// The row that has a rules record skipped: "skip_rules/0/17", with an empty value.
std::string skip_rules_key(Partition partition, Offset offset);
/// The settings, or the key of the row that is missing or makes no sense.
std::variant<Settings, std::string> read_settings(const SettingRows& rows);

}  // namespace firstcome::store
