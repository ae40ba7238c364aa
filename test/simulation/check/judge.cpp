#include "check/checks.h"

namespace firstcome::check {

Findings judge(const Evidence& evidence) {
  const NaiveModel model(evidence);
  Findings findings;
  check_coupons(evidence, model, findings);
  check_store_is_model(evidence, model, findings);
  check_batches_tile(evidence, model, findings);
  check_told_is_decided(evidence, model, findings);
  check_real_time_order(evidence, model, findings);
  check_early_refusals(evidence, model, findings);
  check_no_under_issue(evidence, model, findings);
  check_appended_once(evidence, model, findings);
  check_relays(evidence, model, findings);
  return findings;
}

std::string words(Place place) {
  return "partition " + std::to_string(place.partition) + ", offset " + std::to_string(place.offset);
}

}  // namespace firstcome::check
