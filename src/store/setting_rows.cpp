#include "store/setting_rows.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace firstcome::store {
namespace {

constexpr Era kFirstEra = 1;
constexpr std::string_view kSkipRules = "skip_rules/";

/// False if the row is missing or not a number of at least 1.
bool read_number(const SettingRows& rows, const char* key, std::int32_t& number) {
  const auto row = rows.find(key);
  if (row == rows.end()) return false;
  const std::string& text = row->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1;
}

/// Parses "0/17".
std::optional<std::pair<Partition, Offset>> read_place(std::string_view text) {
  std::pair<Partition, Offset> place;
  const char* const end = text.data() + text.size();
  const auto [slash, bad_partition] = std::from_chars(text.data(), end, place.first);
  if (bad_partition != std::errc{} || slash == end || *slash != '/') return std::nullopt;
  const auto [rest, bad_offset] = std::from_chars(slash + 1, end, place.second);
  if (bad_offset != std::errc{} || rest != end || place.first < 0 || place.second < 0) return std::nullopt;
  return place;
}

Incarnations first_incarnation(std::size_t partitions) {
  Incarnations first;
  first.begin(Incarnations::draw(), kFirstEra, std::vector<Offset>(partitions, 0));
  return first;
}

}  // namespace

std::string skip_rules_key(Partition partition, Offset offset) {
  return fmt::format("{}{}/{}", kSkipRules, partition, offset);
}

SettingRows new_setting_rows(const NewData& data) {
  CHECK(!data.empty_state_hashes.empty());
  return {
      {"partition_count", fmt::format("{}", data.empty_state_hashes.size())},
      {"era", fmt::format("{}", kFirstEra)},
      {"cluster_id", data.journal_identity},
      {"installation_key", data.key.value_or(InstallationKey::draw()).hex()},
      {"incarnations", first_incarnation(data.empty_state_hashes.size()).text()},
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
  for (auto row = rows.lower_bound(std::string(kSkipRules));
       row != rows.end() && row->first.starts_with(kSkipRules); ++row) {
    const auto place = read_place(std::string_view(row->first).substr(kSkipRules.size()));
    if (!place) return row->first;
    settings.skipped_rules.insert(*place);
  }
  const auto list = rows.find("incarnations");
  auto incarnations = Incarnations::parse(list == rows.end() ? "" : list->second);
  if (!incarnations || incarnations->size() == 0) return "incarnations";
  settings.incarnations = std::move(*incarnations);
  return settings;
}

}  // namespace firstcome::store
