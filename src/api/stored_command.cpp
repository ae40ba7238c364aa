#include "api/stored_command.h"

#include <simdjson.h>

namespace firstcome::api {

void read_issue_start(const std::string& command, std::optional<Timestamp>& start) {
  simdjson::dom::parser parser;
  simdjson::dom::element named;
  if (parser.parse(command)["issueStartsAt"].get(named) != simdjson::SUCCESS) return;
  std::string_view text;
  start = named.get_string().get(text) == simdjson::SUCCESS ? parse_rfc3339(text) : std::nullopt;
}

}  // namespace firstcome::api
