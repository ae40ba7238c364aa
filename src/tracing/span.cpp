#include "tracing/span.h"

#include <sodium.h>

namespace firstcome::tracing {

std::uint64_t new_span_id() {
  std::uint64_t id = 0;
  while (id == 0) randombytes_buf(&id, sizeof id);
  return id;
}

}  // namespace firstcome::tracing
