#pragma once

#include <string_view>

namespace firstcome::cli {

/// The first 12 characters of the commit that this binary was built from; `…-changed` if the tree had changes; `unknown`
/// without git. cmake/write_commit.cmake writes the source file.
std::string_view commit();

}  // namespace firstcome::cli
