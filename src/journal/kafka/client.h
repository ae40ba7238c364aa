#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>

#include "domain/result.h"
#include "journal/kafka/interruptions.h"
#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal::kafka {

/// What a client is for; decides its properties.
enum class Role : std::uint8_t {
  Asking,     ///< metadata, bounds, topics. Creates no topic by asking for it, as a producer may
  Following,  ///< one partition
  Comparing,  ///< single records
  Appending,
  AppendingGapless,
  Member,  ///< of the group in which issuers share the partitions; reads nothing
};

/// A librdkafka client with firstcome's properties and, over them, the settings'. Its log and its errors go
/// to the settings' report.
class Client {
 public:
  static Result<std::unique_ptr<Client>> make(Role role, std::shared_ptr<const KafkaSettings> settings);

  [[nodiscard]] rd_kafka_t* handle() const { return handle_.get(); }
  [[nodiscard]] const KafkaSettings& settings() const { return *settings_; }
  /// Of a client that follows.
  [[nodiscard]] const Interruptions& interruptions() const { return interruptions_; }

 private:
  /// Without leaving a group: a member has done that before, at its own pace.
  struct Destroy {
    void operator()(rd_kafka_t* handle) const {
      rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
  };
  explicit Client(std::shared_ptr<const KafkaSettings> settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const KafkaSettings> settings_;  ///< the callbacks' opaque; outlives the handle
  Interruptions interruptions_;                    ///< outlives the handle
  std::unique_ptr<rd_kafka_t, Destroy> handle_;
};

/// Refuses settings that are wrong for a client of any role.
Status check_settings(const KafkaSettings& settings);

void report(const KafkaSettings& settings, const Error& error,
            const std::source_location& place = std::source_location::current());
void note(const KafkaSettings& settings, const std::string& what,
          const std::source_location& place = std::source_location::current());
/// One of a connection is for the debug log where the settings' faults say that a broker does not answer.
void report_unless_of_a_connection(const KafkaSettings& settings, rd_kafka_resp_err_t code,
                                   const Error& error,
                                   const std::source_location& place = std::source_location::current());

}  // namespace firstcome::journal::kafka
