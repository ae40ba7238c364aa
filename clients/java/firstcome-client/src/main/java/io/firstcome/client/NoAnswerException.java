package io.firstcome.client;

/** No node gave a final answer within the total time and the attempts of the settings. The call may be repeated. */
public final class NoAnswerException extends FirstcomeException {
  private static final long serialVersionUID = 1;

  private final boolean mayBeRecorded;

  NoAnswerException(String message, Problem problem, Throwable cause, boolean mayBeRecorded) {
    super(message, problem, cause);
    this.mayBeRecorded = mayBeRecorded;
  }

  /**
   * True: an attempt may have been recorded, or may still be, on servers up to five minutes later. So the user may have a coupon, or may
   * get it. To repeat the call is safe and returns it. False: nothing was recorded.
   */
  public boolean mayBeRecorded() {
    return mayBeRecorded;
  }
}
