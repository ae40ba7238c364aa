#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "journal_kit.h"
#include "kafka_cluster.h"

namespace firstcome::test {

/// Waits until the condition is true; false after a minute.
template <class Condition>
bool eventually(Condition condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

/// The topics of one test, created by the first open.
class KafkaJournalTest : public testing::Test {
 protected:
  std::unique_ptr<journal::Journal> open() { return make_and_open(settings_); }
  std::string why_not() {
    const auto opened = journal::open_kafka_journal(settings_);
    return opened.ok() ? "it opened" : opened.error().text();
  }
  static std::vector<Line> texts(int count) {
    std::vector<Line> lines;
    for (int i = 0; i < count; ++i) lines.push_back(text(std::to_string(i)));
    return lines;
  }

  journal::KafkaSettings settings_ = kafka().fresh_settings();
};

}  // namespace firstcome::test
