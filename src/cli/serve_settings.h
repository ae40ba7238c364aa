#pragma once

#include "cli/config.h"
#include "domain/result.h"
#include "node/node.h"

namespace firstcome::cli {

/// What the options of `serve` mean for a node. The error says which of them cannot be had, and why.
Result<node::NodeSettings> serve_settings(const Values& values);

}  // namespace firstcome::cli
