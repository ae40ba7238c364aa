#pragma once

#include "cli/config.h"

namespace firstcome::cli {

/// The commands that append or remove records.
int dlt_replay(const Values& values);
int dlt_drop(const Values& values);

}  // namespace firstcome::cli
