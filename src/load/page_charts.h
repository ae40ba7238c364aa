#pragma once

#include <string>

#include "load/summary.h"

namespace firstcome::load {

/// The charts of a run's page, each with its heading and legend, in HTML.
std::string latency_by_percentile(const Summary& summary);
std::string rate_over_time(const Summary& summary);
std::string outcomes_over_time(const Summary& summary);
std::string latency_over_time(const Summary& summary);

/// The style that colours an outcome.
std::string style_of(Outcome outcome);

}  // namespace firstcome::load
