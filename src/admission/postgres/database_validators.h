#pragma once

#include <functional>
#include <memory>
#include <string>

#include "admission/validator.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::admission {

struct DatabaseValidation {
  int connections = 2;        ///< an edge thread
  milliseconds timeout{200};  ///< a connection that owes an answer for so long is asked nothing more
};

/// Validators over PostgreSQL; see Pipeline. `address`: the store's, see postgres::Address. `report`: what is
/// the matter, once an outage; called on any thread.
Result<std::unique_ptr<Validators>> make_database_validators(const std::string& address,
                                                             const DatabaseValidation& settings,
                                                             std::function<void(const Error&)> report);

}  // namespace firstcome::admission
