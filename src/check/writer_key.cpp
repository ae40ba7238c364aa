#include "check/writer_key.h"

#include <fmt/format.h>

#include <sodium.h>

#include <string>

namespace firstcome::check {
namespace {

constexpr std::size_t kMacBytes = 16;

/// Eight bytes, little endian.
void put(std::uint64_t number, std::string& out) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(number >> shift & 0xff);
}

/// Length and bytes. A null value has the length 2^64-1.
void put(const std::optional<std::string_view>& bytes, std::string& out) {
  put(bytes ? bytes->size() : ~std::uint64_t{0}, out);
  if (bytes) out += *bytes;
}

}  // namespace

bool has_valid_mac(const WriterKey& writer, Partition partition, const JournalRecord& record) {
  std::optional<std::string_view> mac;
  std::string message;
  put(static_cast<std::uint64_t>(writer.era), message);
  put(static_cast<std::uint64_t>(partition), message);
  put(record.key, message);
  put(record.value, message);
  for (const RecordHeader& header : record.headers) {
    if (header.key == "mac") {
      mac = header.value;
      continue;
    }
    put(header.key, message);
    put(header.is_null ? std::nullopt : std::optional(header.value), message);
  }
  std::array<unsigned char, kMacBytes> expected{};
  crypto_generichash(expected.data(), expected.size(), reinterpret_cast<const unsigned char*>(message.data()),
                     message.size(), writer.key.data(), writer.key.size());
  return mac == fmt::format("{:02x}", fmt::join(expected, ""));
}

}  // namespace firstcome::check
