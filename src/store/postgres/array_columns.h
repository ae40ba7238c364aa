#pragma once

#include <span>

#include "postgres/params.h"

/// Parameters of statements that read many rows at once: `unnest($1::bigint[], …)`.
namespace firstcome::store::pg {

/// A column of the ranges as an array. `write` appends the value of a range to the array.
template <class Range, class Write>
postgres::ArrayData column(std::span<const Range> ranges, Oid type, Write write) {
  postgres::ArrayData array(type, ranges.size());
  for (const Range& range : ranges) write(array, range);
  return array;
}
template <class Range, class Value>
postgres::ArrayData int8s(std::span<const Range> ranges, Value value) {
  return column(ranges, postgres::kInt8,
                [&](postgres::ArrayData& array, const Range& range) { array.int8(value(range)); });
}
template <class Range, class Value>
postgres::ArrayData int4s(std::span<const Range> ranges, Value value) {
  return column(ranges, postgres::kInt4,
                [&](postgres::ArrayData& array, const Range& range) { array.int4(value(range)); });
}
template <class Range, class Value>
postgres::ArrayData booleans(std::span<const Range> ranges, Value value) {
  return column(ranges, postgres::kBool,
                [&](postgres::ArrayData& array, const Range& range) { array.boolean(value(range)); });
}

}  // namespace firstcome::store::pg
