package io.firstcome.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;

/** An answer and its JSON; `json` is an empty object if the body is none. */
record Answered(int status, Optional<String> retryAfter, String body, JsonNode json) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Answered of(HttpTransport.Answer answer) {
    return new Answered(answer.status(), answer.retryAfter(), answer.body(), parsed(answer.body()));
  }

  Optional<String> result() {
    return Optional.ofNullable(json.get("result")).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  Verdict verdict() {
    return Verdict.of(status, result(), !json.isEmpty());
  }

  Problem problem() {
    var detail = json.path("detail").asText("");
    return new Problem(status, result(), detail.isEmpty() ? "an answer without a message" : detail, body);
  }

  private static JsonNode parsed(String body) {
    try {
      var tree = MAPPER.readTree(body);
      if (tree != null && tree.isObject()) return tree;
    } catch (JsonProcessingException e) {
      // An error page of a proxy: its status says what is to be done, and the problem keeps its text.
    }
    return JsonNodeFactory.instance.objectNode();
  }
}
