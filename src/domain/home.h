#pragma once

#include <cstdint>
#include <string_view>

#include "domain/ids.h"

namespace firstcome {

/// Kafka's murmur2 (org.apache.kafka.common.utils.Utils#murmur2), bit for bit, so that Java clients with the
/// policy id as the key use the same partition.
std::uint32_t murmur2(std::string_view bytes);

/// The partition that has all records of a policy: murmur2 of the decimal id, made positive as in Kafka's
/// default partitioner, modulo the number of partitions when the data was created.
Partition home(PolicyId policy, std::int32_t partitions);

}  // namespace firstcome
