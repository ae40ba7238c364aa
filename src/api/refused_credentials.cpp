#include "api/refused_credentials.h"

namespace firstcome::api {

net::Handled RefusedCredentials::refused(const Exchange& exchange, Now now) {
  if (report_) report_(exchange.client, exchange.denial);
  const access::BucketOwner owner{.kind = access::BucketOwner::Kind::Address,
                                  .principal = exchange.client.prefix_bits()};
  if (at_once_.take(owner, now.steady).allowed) return net::Handled::Now;
  delayed_.push_back({now.steady + kDelayOfWrongCredential, exchange.caller});
  return net::Handled::Later;
}

void RefusedCredentials::on_time(Now now) {
  while (!delayed_.empty() && delayed_.front().until <= now.steady) {
    const admission::Caller caller = delayed_.front().caller;
    delayed_.pop_front();
    if (callers_.find(caller) != nullptr) callers_.answer(caller);
  }
}

}  // namespace firstcome::api
