#include "postgres/wire_format.h"

#include <limits>

#include "domain/check.h"

namespace firstcome::postgres {
namespace {

constexpr std::int64_t kEpochMillis = 946'684'800'000;  // 2000-01-01 after 1970-01-01
// The extreme numbers mean infinity; the server rejects the numbers next to them.
constexpr std::int64_t kRefusedHigh = std::numeric_limits<std::int64_t>::max() - 1;
constexpr std::int64_t kRefusedLow = std::numeric_limits<std::int64_t>::min() + 1;

}  // namespace

std::int64_t to_wire(Timestamp time) {
  std::int64_t microseconds = 0;
  if (__builtin_sub_overflow(to_millis(time), kEpochMillis, &microseconds) ||
      __builtin_mul_overflow(microseconds, 1000, &microseconds)) {
    return to_millis(time) > 0 ? kRefusedHigh : kRefusedLow;
  }
  return microseconds;
}

std::optional<Timestamp> time_from_wire(std::int64_t microseconds) {
  if (microseconds % 1000 != 0) return std::nullopt;  // true also for both infinities
  return from_millis(microseconds / 1000 + kEpochMillis);
}

CopyData::CopyData() {
  out_.append(kCopySignature);
  put(out_, std::int32_t{0});  // no flags
  put(out_, std::int32_t{0});  // no extension
}

ArrayData::ArrayData(Oid element_type, std::size_t elements) {
  CHECK(elements > 0);
  put(out_, std::int32_t{1});  // dimensions
  put(out_, std::int32_t{1});  // it may have nulls
  put(out_, static_cast<std::int32_t>(element_type));
  put(out_, static_cast<std::int32_t>(elements));
  put(out_, std::int32_t{1});  // the first index
}

}  // namespace firstcome::postgres
