#include "postgres/interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "domain/check.h"

namespace firstcome::postgres {

Interrupt::Interrupt() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(descriptor_ >= 0); }

Interrupt::~Interrupt() { close(descriptor_); }

/// No thread reads the number, so the descriptor remains readable.
void Interrupt::raise() {
  raised_ = true;
  CHECK(eventfd_write(descriptor_, 1) == 0);
}

}  // namespace firstcome::postgres
