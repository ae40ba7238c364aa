#pragma once

#include <string_view>
#include <vector>

#include "store/store.h"
#include "tracing/span.h"

namespace firstcome::issuer {

/// A span `save` for each sampled record of the batch that has issued a coupon or changed something. Only the issuer whose
/// transaction counts has one. `database`: "postgresql" or "sqlite"; static text.
std::vector<tracing::Span> save_spans(const store::Batch& batch, Instant begin, Instant end,
                                      std::string_view database);

}  // namespace firstcome::issuer
