#include "store/setting_rows.h"

#include <sodium.h>

#include <array>
#include <charconv>

namespace firstcome::store {
namespace {

constexpr Era kFirstEra = 1;
constexpr std::size_t kTicketKeyBytes = 16;

std::string fresh_ticket_key() {
  CHECK(sodium_init() >= 0);
  std::array<unsigned char, kTicketKeyBytes> key{};
  randombytes_buf(key.data(), key.size());
  std::array<char, 2 * key.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), key.data(), key.size());
  return hex.data();
}

/// False when it is not there or not a number from 1 on.
bool read_number(const SettingRows& rows, const char* key, std::int32_t& number) {
  const auto row = rows.find(key);
  if (row == rows.end()) return false;
  const std::string& text = row->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1;
}

bool read_ticket_key(const SettingRows& rows, std::string& key) {
  const auto row = rows.find("ticket_key");
  if (row == rows.end()) return false;
  key.resize(kTicketKeyBytes);
  std::size_t bytes = 0;
  sodium_hex2bin(reinterpret_cast<unsigned char*>(key.data()), kTicketKeyBytes, row->second.data(),
                 row->second.size(), nullptr, &bytes, nullptr);
  return bytes == kTicketKeyBytes;
}

}  // namespace

SettingRows new_setting_rows(const NewData& data) {
  CHECK(!data.empty_state_hashes.empty());
  return {
      {"partition_count", std::to_string(data.empty_state_hashes.size())},
      {"era", std::to_string(kFirstEra)},
      {"cluster_id", data.journal_identity},
      {"ticket_key", fresh_ticket_key()},
  };
}

std::variant<Settings, std::string> read_settings(const SettingRows& rows) {
  Settings settings;
  if (!read_number(rows, "partition_count", settings.partitions)) return "partition_count";
  if (!read_number(rows, "era", settings.era)) return "era";
  const auto identity = rows.find("cluster_id");
  if (identity == rows.end()) return "cluster_id";
  settings.journal_identity = identity->second;
  if (!read_ticket_key(rows, settings.ticket_key)) return "ticket_key";
  return settings;
}

}  // namespace firstcome::store
