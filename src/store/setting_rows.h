#pragma once

#include <map>
#include <string>
#include <variant>

#include "store/data.h"

namespace firstcome::store {

/// The table `setting`: partition_count, era, cluster_id (the journal's identity), installation_key
/// (64 hex digits), incarnations (Incarnations::text).
using SettingRows = std::map<std::string, std::string>;

/// The rows of an empty store, with a new installation key.
SettingRows new_setting_rows(const NewData& data);
/// The key of a row that makes all nodes skip a rules record: "skip_rules/0/17". The value is empty.
std::string skip_rules_key(Partition partition, Offset offset);
/// The settings, or the key of a missing or invalid row.
std::variant<Settings, std::string> read_settings(const SettingRows& rows);

}  // namespace firstcome::store
