package io.firstcome.client;

import java.time.Instant;
import java.util.Optional;

/** A place in the journal, and the journal's time there. */
public record Place(int partition, long offset, Optional<Instant> at) {}
