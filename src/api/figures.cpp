#include "api/figures.h"

namespace firstcome::api {

void WorkerCounters::add_to(Figures& figures) const {
  for (std::size_t call = 0; call < kCallCount; ++call) {
    for (std::size_t label = 0; label < kResults.size(); ++label) {
      figures.requests[call][label] += requests_[call][label].value();
    }
  }
  for (std::size_t code = 0; code < kCodeCount; ++code) figures.early_refusals[code] += early_[code].value();
  for (std::size_t i = 0; i < denials_.size(); ++i) figures.refused_credentials[i] += denials_[i].value();
  figures.answered_at_once.add(immediate_.read());
  figures.answered_by_database.add(by_database_.read());
  figures.answered_later.add(later_.read());
  for (std::size_t i = 0; i < validations_.size(); ++i) figures.validations[i] += validations_[i].value();
  for (std::size_t i = 0; i < handshakes_.size(); ++i) figures.handshakes[i] += handshakes_[i].value();
  figures.turns.add(turns_.read());
  figures.pending += static_cast<std::uint64_t>(pending_.value());
}

}  // namespace firstcome::api
