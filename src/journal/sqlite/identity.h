#pragma once

#include <string>

namespace firstcome::journal {

/// A random UUID (RFC 9562, version 4).
std::string new_identity();

}  // namespace firstcome::journal
