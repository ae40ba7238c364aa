#pragma once

#include "app/config.h"
#include "app/node.h"
#include "domain/result.h"

namespace firstcome::app {

/// What the options of `serve` mean for a node. The error says which of them cannot be had, and why.
Result<NodeSettings> serve_settings(const Values& values);

}  // namespace firstcome::app
