package io.firstcome.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads fields of answers. Ids may be numbers or strings (`--ids`). */
final class Json {
  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static long integer(JsonNode json, String field) {
    var value = json.get(field);
    if (value != null && value.isIntegralNumber() && value.canConvertToLong()) return value.longValue();
    if (value != null && value.isTextual() && value.asText().matches("[0-9]{1,18}|[1-9][0-9]{18}")) return Long.parseLong(value.asText());
    throw unreadable(field, value);
  }

  static int ordinal(JsonNode json) {
    return json.has("ordinal") ? (int) integer(json, "ordinal") : 1;  // absent if it is 1
  }

  static Optional<String> text(JsonNode json, String field) {
    return Optional.ofNullable(json.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  static String requiredText(JsonNode json, String field) {
    return text(json, field).orElseThrow(() -> unreadable(field, json.get(field)));
  }

  static Optional<Instant> time(JsonNode json, String field) {
    return text(json, field).map(value -> {
      try {
        return Instant.parse(value);
      } catch (DateTimeException e) {
        throw unreadable(field, json.get(field));
      }
    });
  }

  static Instant requiredTime(JsonNode json, String field) {
    return time(json, field).orElseThrow(() -> unreadable(field, json.get(field)));
  }

  static List<Integer> integers(JsonNode json, String field) {
    var found = new ArrayList<Integer>();
    json.path(field).forEach(one -> found.add(one.asInt()));
    return List.copyOf(found);
  }

  private static IllegalStateException unreadable(String field, JsonNode value) {
    return new IllegalStateException("firstcome's answer has no readable `" + field + "`: " + value
        + ". This client is for the API of version 1: check what is in front of firstcome.");
  }
}
