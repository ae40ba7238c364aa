package io.firstcome.client;

import java.util.Optional;

/** A call has no decision. */
public abstract sealed class FirstcomeException extends RuntimeException permits NoAnswerException, RejectedException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  FirstcomeException(String message, Problem problem, Throwable cause) {
    super(message, cause);
    this.problem = problem;
  }

  /** The last answer. Empty: there was none. */
  public Optional<Problem> problem() {
    return Optional.ofNullable(problem);
  }
}
