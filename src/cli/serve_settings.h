#pragma once

#include "cli/config.h"
#include "domain/result.h"
#include "node/node.h"

namespace firstcome::cli {

/// The settings of a node from the options of `serve`. The error names the wrong option and why it is wrong.
Result<node::NodeSettings> serve_settings(const Values& values);

}  // namespace firstcome::cli
