#pragma once

#include "domain/ids.h"

namespace firstcome::journal {

/// The partitions that this process saves. Ownership only avoids double work: a save by any process is
/// correct. Thread-safe.
class Ownership {
 public:
  virtual ~Ownership() = default;
  /// Does not block.
  [[nodiscard]] virtual bool owns(Partition partition) const = 0;
  /// Publishes the position of the store, so that monitoring can show the lag of saving. Does not block.
  virtual void saved(Partition partition, Offset next_offset) = 0;
};

/// For a process that is the only one of its journal.
class OwnsAll : public Ownership {
 public:
  [[nodiscard]] bool owns(Partition /*partition*/) const override { return true; }
  void saved(Partition /*partition*/, Offset /*next_offset*/) override {}
};

/// For a process that saves nothing.
class OwnsNone : public Ownership {
 public:
  [[nodiscard]] bool owns(Partition /*partition*/) const override { return false; }
  void saved(Partition /*partition*/, Offset /*next_offset*/) override {}
};

}  // namespace firstcome::journal
