#pragma once

namespace firstcome::test {

/// A port of loopback that no one listens on at the moment.
int free_port();

}  // namespace firstcome::test
