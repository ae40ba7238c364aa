#pragma once

#include "cli/option.h"

/// Rows that stand in several tables.
namespace firstcome::cli {

inline constexpr std::int64_t kSecond = 1'000;  ///< in what a Duration's bounds are in
inline constexpr std::int64_t kMillion = 1'000'000;

inline constexpr Option kKafka = {"kafka", Option::Kind::Lines, "",
                                  "key=value: one of librdkafka's properties; may be said several times"};
inline constexpr Option kKafkaConfig = {"kafka-config", Option::Kind::File, "",
                                        "file of such lines, for those that are secret"};
inline constexpr Option kAdminKeyOfServer = {
    "admin-key-file", Option::Kind::File, "",
    "file whose first line is the admin key, where the server asks for one"};

}  // namespace firstcome::cli
