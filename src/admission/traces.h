#pragma once

#include "admission/reply.h"
#include "domain/trace_context.h"

namespace firstcome::admission {

/// Knows the traces of the waiting callers. On the thread of the admission.
class Traces {
 public:
  virtual ~Traces() = default;
  /// What the record of this caller's request carries. Null: nothing, or the caller has closed the connection. Valid
  /// until the caller is answered.
  virtual const TraceContext* trace_of(Caller caller) = 0;
  /// Whether to call the functions below. Never changes.
  [[nodiscard]] virtual bool follows_appends() const { return false; }
  /// The record of the caller's request was given to the journal.
  virtual void appended(Caller /*caller*/) {}
  /// The journal has it.
  virtual void acknowledged(Caller /*caller*/) {}
};

}  // namespace firstcome::admission
