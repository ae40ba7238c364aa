#pragma once

#include <libpq-fe.h>

#include <memory>

/// RAII handles of libpq's objects.
namespace firstcome::postgres {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, FinishConnection>;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using OptionsHandle = std::unique_ptr<PQconninfoOption, FreeOptions>;

struct FreeMemory {
  void operator()(char* memory) const { PQfreemem(memory); }
};
using MemoryHandle = std::unique_ptr<char, FreeMemory>;

}  // namespace firstcome::postgres
