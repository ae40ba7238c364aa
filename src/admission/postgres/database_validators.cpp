#include "admission/postgres/database_validators.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "admission/postgres/connector.h"
#include "admission/postgres/pipeline.h"
#include "admission/postgres/stored_row.h"

namespace firstcome::admission {
namespace {

using Report = std::function<void(const Error&)>;

/// Short timeouts, because a caller waits, or a node that is stopping.
postgres::SessionSettings session_settings(std::shared_ptr<const postgres::Interrupt> interrupt) {
  return {.connect_timeout = milliseconds{2'000},
          .statement_timeout = milliseconds{2'000},
          .lock_timeout = milliseconds{1'000},
          .silence_timeout = milliseconds{2'000},
          .more = {kValidationSession.begin(), kValidationSession.end()},
          .interrupt = std::move(interrupt)};
}

class DatabaseValidator : public Validator {
 public:
  DatabaseValidator(net::EventLoop& loop, Connector& connector, ValidationSink& sink, int connections,
                    const Pipeline::Limits& limits, const Report& report) {
    for (int i = 0; i < connections; ++i) {
      pipelines_.push_back(std::make_unique<Pipeline>(loop, connector, sink, limits, report));
    }
  }

  /// Uses the connection with the fewest open questions that accepts one more.
  Sent ask(const Question& question, Instant now) override {
    std::ranges::sort(pipelines_, {}, [](const auto& pipeline) { return pipeline->waiting(); });
    Sent sent = Sent::Away;
    for (const auto& pipeline : pipelines_) {
      sent = pipeline->ask(question, now);
      if (sent == Sent::Sent) break;
    }
    return sent;
  }
  void send() override {
    for (const auto& pipeline : pipelines_) pipeline->send();
  }
  void on_time(Instant now) override {
    for (const auto& pipeline : pipelines_) pipeline->on_time(now);
  }

 private:
  std::vector<std::unique_ptr<Pipeline>> pipelines_;  ///< a few
};

class DatabaseValidators : public Validators {
 public:
  DatabaseValidators(postgres::Address address, const DatabaseValidation& settings, Report report)
      : settings_(settings),
        report_(std::move(report)),
        connector_(postgres::DatabaseConnection(std::move(address), session_settings(interrupt_),
                                                {validation_statement()}),
                   report_) {}
  ~DatabaseValidators() override { interrupt_->raise(); }
  DatabaseValidators(const DatabaseValidators&) = delete;
  DatabaseValidators& operator=(const DatabaseValidators&) = delete;

  std::unique_ptr<Validator> make(net::EventLoop& loop, ValidationSink& sink) override {
    const Pipeline::Limits limits{.stuck_after = settings_.timeout};
    return std::make_unique<DatabaseValidator>(loop, connector_, sink, settings_.connections, limits,
                                               report_);
  }

 private:
  const DatabaseValidation settings_;
  const Report report_;
  const std::shared_ptr<postgres::Interrupt> interrupt_ = std::make_shared<postgres::Interrupt>();
  Connector connector_;
};

}  // namespace

Result<std::unique_ptr<Validators>> make_database_validators(const std::string& address,
                                                             const DatabaseValidation& settings,
                                                             std::function<void(const Error&)> report) {
  ASSIGN_OR_RETURN(auto parsed, postgres::Address::parse(address));
  return std::unique_ptr<Validators>(
      std::make_unique<DatabaseValidators>(std::move(parsed), settings, std::move(report)));
}

}  // namespace firstcome::admission
