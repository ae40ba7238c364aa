#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>

#include "domain/result.h"
#include "journal/kafka/interruptions.h"
#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal::kafka {

/// The use of a client; determines its properties.
enum class Role : std::uint8_t {
  Asking,  ///< metadata, bounds, topics. A consumer, because the metadata request of a producer may create a topic
  Following,  ///< reads one partition
  Comparing,  ///< reads single records
  Appending,
  AppendingGapless,
  Member,  ///< member of the issuers' group; reads nothing
};

/// A librdkafka client with firstcome's properties, which the settings can override. Its log and its errors
/// go to `report` of the settings.
class Client {
 public:
  static Result<std::unique_ptr<Client>> make(Role role, std::shared_ptr<const KafkaSettings> settings);

  [[nodiscard]] rd_kafka_t* handle() const { return handle_.get(); }
  [[nodiscard]] const KafkaSettings& settings() const { return *settings_; }
  /// Only for Role::Following.
  [[nodiscard]] const Interruptions& interruptions() const { return interruptions_; }

 private:
  /// Does not leave the group, because GroupMember::leave() does that before.
  struct Destroy {
    void operator()(rd_kafka_t* handle) const {
      rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
  };
  explicit Client(std::shared_ptr<const KafkaSettings> settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const KafkaSettings> settings_;  ///< the opaque of callbacks; must outlive the handle
  Interruptions interruptions_;                    ///< must outlive the handle
  std::unique_ptr<rd_kafka_t, Destroy> handle_;
};

/// Fails if the settings are invalid for a client of any role.
Status check_settings(const KafkaSettings& settings);

void report(const KafkaSettings& settings, const Error& error,
            const std::source_location& source = std::source_location::current());
void note(const KafkaSettings& settings, const std::string& what,
          const std::source_location& source = std::source_location::current());
/// Errors of connections go to the debug log if the settings have `faults`, which report a broker that does
/// not answer.
void report_unless_of_a_connection(const KafkaSettings& settings, rd_kafka_resp_err_t code,
                                   const Error& error,
                                   const std::source_location& source = std::source_location::current());

}  // namespace firstcome::journal::kafka
