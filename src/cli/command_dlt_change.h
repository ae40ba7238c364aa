#pragma once

#include "cli/config.h"

namespace firstcome::cli {

/// The commands that change what stands in a journal.
int dlt_replay(const Values& values);
int dlt_drop(const Values& values);

}  // namespace firstcome::cli
