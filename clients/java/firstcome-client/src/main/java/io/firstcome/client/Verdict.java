package io.firstcome.client;

import java.util.Optional;

/** What an answer means for the call. All calls of this client may be repeated: see `docs/reference/http.md`, 503. */
enum Verdict {
  /** A decision, or what was asked for. */
  FINAL,
  /** This node cannot answer now; another one may. */
  ELSEWHERE,
  /** Not now, on any node. */
  LATER,
  /** Not until something is corrected. */
  REJECTED;

  /** `result` is empty for an answer without it; `json` is false if the body is none of firstcome's. */
  static Verdict of(int status, Optional<String> result, boolean json) {
    return switch (status) {
      case 200, 201, 202 -> json ? FINAL : REJECTED;
      // NOT_FOUND: the path is wrong. No result: something else than firstcome answers.
      case 404, 409 -> result.isPresent() && !result.get().equals("NOT_FOUND") ? FINAL : REJECTED;
      case 408, 429 -> LATER;
      case 502, 504 -> ELSEWHERE;
      case 503 -> result.isEmpty() || result.get().equals("UNAVAILABLE") ? ELSEWHERE : LATER;
      default -> REJECTED;
    };
  }

  /** Whether an attempt with this answer may have been recorded, although it has no decision. */
  static boolean mayBeRecorded(int status, Optional<String> result) {
    if (result.isEmpty()) return true;  // of something between this client and firstcome
    return status == 503 && !result.get().equals("OVERLOADED") && !result.get().equals("UNAVAILABLE");
  }
}
