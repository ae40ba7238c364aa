#pragma once

#include <string>

#include "cli/config.h"
#include "domain/result.h"
#include "node/data_place.h"

/// The options that name a journal and a store.
namespace firstcome::cli {

/// True if --journal or --store was given.
bool names_servers(const Values& values);
/// `journal`, `kafka` and `kafka-config` together.
Result<journal::KafkaSettings> kafka_settings(const Values& values);
/// `events`: the topic, or nothing for none.
std::string events_topic(const Values& values);
/// The folder of `data`, or the servers of `journal` and `store`. The error names the option that is missing.
Result<node::DataPlace> data_place(const Values& values);

}  // namespace firstcome::cli
