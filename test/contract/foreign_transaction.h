#pragma once

#include <string>

#include "domain/check.h"
#include "domain/ids.h"
#include "java_program.h"
#include "journal/kafka/kafka_settings.h"

namespace firstcome::test {

/// A transactional producer of another program (Kafka's Java client) that writes to the journal's topic.
class ForeignTransaction {
 public:
  explicit ForeignTransaction(const journal::KafkaSettings& settings)
      : program_({FIRSTCOME_TRANSACTIONS, settings.servers, settings.topic}) {
    CHECK(program_.read_line() == "ready");
  }

  void begin() { done("begin"); }
  /// Returns when the record is in the log.
  void append(Partition partition, const std::string& value) {
    done("append " + std::to_string(partition) + ' ' + value);
  }
  void commit() { done("commit"); }
  void give_up() { done("abort"); }

 private:
  void done(const std::string& line) {
    program_.send_line(line);
    CHECK(program_.read_line() == "done");
  }

  JavaProgram program_;
};

}  // namespace firstcome::test
