#include "api/refused_credentials.h"

#include <cstring>

namespace firstcome::api {
namespace {

access::BucketOwner owner_of(const net::PeerAddress& client) {
  const net::PeerAddress prefix = client.prefix();
  access::BucketOwner owner{.kind = access::BucketOwner::Kind::Address};
  std::memcpy(&owner.principal, prefix.bytes().data(), sizeof owner.principal);
  std::memcpy(&owner.user, prefix.bytes().data() + sizeof owner.principal, sizeof owner.user);
  return owner;
}

}  // namespace

net::Handled RefusedCredentials::refused(const Exchange& exchange, Now now) {
  if (report_) report_(exchange.client, exchange.denial);
  if (at_once_.take(owner_of(exchange.client), now.steady).allowed) return net::Handled::Now;
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
