#pragma once

#include "app/config.h"

namespace firstcome::app {

/// The verbs that change what stands in a journal.
int dlt_replay(const Values& values);
int dlt_drop(const Values& values);

}  // namespace firstcome::app
