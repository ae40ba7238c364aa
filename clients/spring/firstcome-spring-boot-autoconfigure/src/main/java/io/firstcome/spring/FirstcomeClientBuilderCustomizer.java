package io.firstcome.spring;

import io.firstcome.client.FirstcomeClientBuilder;

/** A bean of this type changes the client before it is built: for example, a key from a vault. */
@FunctionalInterface
public interface FirstcomeClientBuilderCustomizer {
  void customize(FirstcomeClientBuilder builder);
}
