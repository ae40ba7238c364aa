#pragma once

#include <string>

#include "cli/config.h"
#include "domain/result.h"
#include "node/data_location.h"

/// The options that name a journal and a store.
namespace firstcome::cli {

/// True if --journal or --store was given.
bool names_servers(const Values& values);
/// The settings of the options `journal`, `kafka` and `kafka-config`.
Result<journal::KafkaSettings> kafka_settings(const Values& values);
/// The topic of the option `events`; empty: no events.
std::string events_topic(const Values& values);
/// The folder of `data`, or the servers of `journal` and `store`. The error names the missing option.
Result<node::DataLocation> data_location(const Values& values);

}  // namespace firstcome::cli
