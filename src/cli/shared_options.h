#pragma once

#include "cli/option.h"

/// Options that several tables share.
namespace firstcome::cli {

inline constexpr std::int64_t kSecond = 1'000;  ///< the bounds of a Duration are in milliseconds
inline constexpr std::int64_t kMillion = 1'000'000;

inline constexpr Option kKafka = {"kafka", Option::Kind::Lines, "",
                                  "key=value: a property of librdkafka; may be repeated"};
inline constexpr Option kKafkaConfig = {"kafka-config", Option::Kind::File, "",
                                        "File of key=value lines, for properties that are secret"};
inline constexpr Option kAdminKeyOfServer = {
    "admin-key-file", Option::Kind::File, "",
    "File whose first line is the key for the admin listener, if it is not the one of --key-file"};
inline constexpr Option kKeyOfServer = {
    "key-file", Option::Kind::File, "",
    "File whose first line is a key or a user token, if the server requires one"};

/// For https:// addresses.
inline constexpr Option kCa = {
    "ca", Option::Kind::File, "",
    "File with certificates of authorities to trust for https://; without it those that the system trusts"};
inline constexpr Option kClientCert = {
    "client-cert", Option::Kind::File, "",
    "File with the certificate to show to a server that has --tls-client-ca"};
inline constexpr Option kClientKey = {"client-key", Option::Kind::File, "",
                                      "File with the private key of --client-cert"};

}  // namespace firstcome::cli
