#include "journal/sqlite/record_batch.h"

#include <bit>
#include <cstring>

#include "journal/sqlite/crc32c.h"

namespace firstcome::journal {
namespace {

static_assert(std::endian::native == std::endian::little, "the batch format is written with memcpy");

constexpr std::uint32_t kNull = 0xFFFFFFFF;

struct FrameStart {
  std::uint32_t rest;  ///< number of bytes after this field
  std::uint32_t key_size;
  std::uint32_t value_size;
  std::uint32_t header_count;
};

std::uint32_t size_of(const std::optional<std::string_view>& text) {
  return text ? static_cast<std::uint32_t>(text->size()) : kNull;
}

template <class T>
T take(std::string_view& bytes) {
  CHECK(bytes.size() >= sizeof(T));
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

std::string_view take(std::string_view& bytes, std::uint32_t size) {
  CHECK(bytes.size() >= size);
  const auto taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

std::optional<std::string_view> take_nullable(std::string_view& bytes, std::uint32_t size) {
  if (size == kNull) return std::nullopt;
  return take(bytes, size);
}

void put(std::string& out, std::uint32_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof bytes);
}

}  // namespace

std::uint32_t RecordBatch::checksum() const {
  // Odd factors distinguish the columns, so the checksum of a batch that was moved to another row is wrong.
  const std::uint64_t place = static_cast<std::uint64_t>(partition) * 0x9E3779B97F4A7C15ULL +
                              static_cast<std::uint64_t>(base_offset) * 0xC2B2AE3D27D4EB4FULL +
                              static_cast<std::uint64_t>(record_count) * 0x165667B19E3779F9ULL +
                              static_cast<std::uint64_t>(to_millis(appended_at));
  return crc32c(place, records);
}

std::size_t frame_size(const Append& append) {
  std::size_t size =
      sizeof(FrameStart) + (append.key ? append.key->size() : 0) + (append.value ? append.value->size() : 0);
  for (const Header& header : append.headers) {
    size += 2 * sizeof(std::uint32_t) + header.key.size() + header.value.size();
  }
  return size;
}

void write_frame(const Append& append, std::string& out) {
  const FrameStart start{static_cast<std::uint32_t>(frame_size(append) - sizeof(FrameStart::rest)),
                         size_of(append.key), size_of(append.value),
                         static_cast<std::uint32_t>(append.headers.size())};
  char bytes[sizeof start];
  std::memcpy(bytes, &start, sizeof start);
  out.append(bytes, sizeof bytes);
  if (append.key) out.append(*append.key);
  if (append.value) out.append(*append.value);
  for (const Header& header : append.headers) {
    put(out, static_cast<std::uint32_t>(header.key.size()));
    put(out, static_cast<std::uint32_t>(header.value.size()));
    out.append(header.key).append(header.value);
  }
}

Frame take_frame(std::string_view& bytes) {
  auto rest = take(bytes, take<std::uint32_t>(bytes));
  const auto key_size = take<std::uint32_t>(rest);
  const auto value_size = take<std::uint32_t>(rest);
  Frame frame;
  frame.header_count = take<std::uint32_t>(rest);
  frame.key = take_nullable(rest, key_size);
  frame.value = take_nullable(rest, value_size);
  frame.header_bytes = rest;
  return frame;
}

void skip_frame(std::string_view& bytes) { take(bytes, take<std::uint32_t>(bytes)); }

void read_headers(const Frame& frame, std::vector<Header>& headers) {
  std::string_view bytes = frame.header_bytes;
  for (std::uint32_t i = 0; i < frame.header_count; ++i) {
    const auto key_size = take<std::uint32_t>(bytes);
    const auto value_size = take<std::uint32_t>(bytes);
    const auto key = take(bytes, key_size);
    headers.push_back({key, take(bytes, value_size)});
  }
}

std::string headers_as_bytes(const Frame& frame) {
  std::string bytes;
  put(bytes, frame.header_count);
  bytes.append(frame.header_bytes);
  return bytes;
}

bool read_headers(std::string_view bytes, std::vector<Header>& headers) {
  if (bytes.size() < sizeof(std::uint32_t)) return false;
  const auto count = take<std::uint32_t>(bytes);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (bytes.size() < 2 * sizeof(std::uint32_t)) return false;
    const std::size_t key_size = take<std::uint32_t>(bytes);
    const std::size_t value_size = take<std::uint32_t>(bytes);
    if (bytes.size() < key_size + value_size) return false;
    const auto key = take(bytes, key_size);
    headers.push_back({key, take(bytes, value_size)});
  }
  return bytes.empty();
}

}  // namespace firstcome::journal
