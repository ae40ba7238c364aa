package io.firstcome.client;

import java.net.URI;
import java.util.Optional;

/**
 * Whether a node can answer for some partition now.
 *
 * @param reason why it is not ready, or a warning of one that is
 */
public record NodeReadiness(URI url, boolean ready, Optional<String> reason) {}
