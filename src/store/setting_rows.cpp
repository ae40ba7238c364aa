#include "store/setting_rows.h"

#include <charconv>

namespace firstcome::store {
namespace {

constexpr Era kFirstEra = 1;
/// False when it is not there or not a number from 1 on.
bool read_number(const SettingRows& rows, const char* key, std::int32_t& number) {
  const auto row = rows.find(key);
  if (row == rows.end()) return false;
  const std::string& text = row->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1;
}

}  // namespace

SettingRows new_setting_rows(const NewData& data) {
  CHECK(!data.empty_state_hashes.empty());
  return {
      {"partition_count", std::to_string(data.empty_state_hashes.size())},
      {"era", std::to_string(kFirstEra)},
      {"cluster_id", data.journal_identity},
      {"installation_key", InstallationKey::draw().hex()},
  };
}

std::variant<Settings, std::string> read_settings(const SettingRows& rows) {
  Settings settings;
  if (!read_number(rows, "partition_count", settings.partitions)) return "partition_count";
  if (!read_number(rows, "era", settings.era)) return "era";
  const auto identity = rows.find("cluster_id");
  if (identity == rows.end()) return "cluster_id";
  settings.journal_identity = identity->second;
  const auto digits = rows.find("installation_key");
  if (digits == rows.end()) return "installation_key";
  const auto key = InstallationKey::from_hex(digits->second);
  if (!key) return "installation_key";
  settings.key = *key;
  return settings;
}

}  // namespace firstcome::store
