#include <boost/crc.hpp>

#include "journal/journal.h"

namespace firstcome::journal {
namespace {

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

/// Adds the bytes in little-endian order, so the result does not depend on the machine.
void add(Crc32c& crc, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) crc.process_byte(static_cast<unsigned char>(number >> shift));
}

/// Adds the length first, so that the boundaries of fields count. Null has a length that no text has.
void add(Crc32c& crc, std::optional<std::string_view> text) {
  add(crc, text ? text->size() : ~std::uint64_t{0});
  if (text) crc.process_bytes(text->data(), text->size());
}

}  // namespace

std::uint32_t checksum(const RawRecord& record) {
  Crc32c crc;
  add(crc, static_cast<std::uint64_t>(to_millis(record.timestamp)));
  add(crc, record.key);
  add(crc, record.value);
  add(crc, record.headers.size());
  for (const Header& header : record.headers) {
    add(crc, std::optional(header.key));
    add(crc, std::optional(header.value));
  }
  return crc.checksum();
}

}  // namespace firstcome::journal
