package io.firstcome.client;

/**
 * The call cannot succeed until something is corrected: the key or its scopes, the address, a value that the caller gave, or the program.
 * Nothing was recorded.
 */
public final class RejectedException extends FirstcomeException {
  private static final long serialVersionUID = 1;

  RejectedException(String message, Problem problem) {
    super(message, problem, null);
  }
}
