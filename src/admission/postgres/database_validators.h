#pragma once

#include <functional>
#include <memory>
#include <string>

#include "admission/validator.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::admission {

struct DatabaseValidation {
  int connections = 2;        ///< per edge thread
  milliseconds timeout{200};  ///< a connection gets no more questions while one has waited longer
};

/// Validators with PostgreSQL; see Pipeline. `address`: of the store, see postgres::Address. `report`: receives the
/// reason once per outage, on any thread.
Result<std::unique_ptr<Validators>> make_database_validators(const std::string& address,
                                                             const DatabaseValidation& settings,
                                                             std::function<void(const Error&)> report);

}  // namespace firstcome::admission
