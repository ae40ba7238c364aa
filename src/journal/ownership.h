#pragma once

#include "domain/ids.h"

namespace firstcome::journal {

/// Who saves what: says which partitions this process is to save. Only spares double work; saving is right
/// whoever does it. Thread-safe.
class Ownership {
 public:
  virtual ~Ownership() = default;
  /// Does not block.
  [[nodiscard]] virtual bool owns(Partition partition) const = 0;
  /// The store stands at `next_offset`, for those who watch how far saving is behind. Does not block.
  virtual void saved(Partition partition, Offset next_offset) = 0;
};

/// Of a process that is alone with its journal.
class OwnsAll : public Ownership {
 public:
  [[nodiscard]] bool owns(Partition /*partition*/) const override { return true; }
  void saved(Partition /*partition*/, Offset /*next_offset*/) override {}
};

/// Of a process that saves nothing.
class OwnsNone : public Ownership {
 public:
  [[nodiscard]] bool owns(Partition /*partition*/) const override { return false; }
  void saved(Partition /*partition*/, Offset /*next_offset*/) override {}
};

}  // namespace firstcome::journal
