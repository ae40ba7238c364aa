#include "cli/client.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <cstdio>

#include "cli/secret_file.h"

namespace firstcome::cli {
namespace {

namespace dom = simdjson::dom;

std::string text_of(dom::element element, const char* key) {
  dom::element value;
  if (element[key].get(value) != simdjson::SUCCESS || value.is_null()) return {};
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::minify(value);
}

std::string describe_policy(dom::element policy) {
  std::string line = text_of(policy, "result") == "UNCHANGED" ? "UNCHANGED, it was so already: " : "";
  line += "policy " + text_of(policy, "id") + " \"" + text_of(policy, "name") +
          "\": " + text_of(policy, "issuedCount") + " of " + text_of(policy, "maxCount") + " issued, " +
          text_of(policy, "state") + ", revision " + text_of(policy, "revision");
  const std::string starts = text_of(policy, "issueStartsAt");
  const std::string ends = text_of(policy, "issueEndsAt");
  if (!starts.empty()) line += ", from " + starts;
  if (!ends.empty()) line += ", until " + ends;
  return line + "\n";
}

/// issueStartsAt → --issue-starts-at, as it was typed.
std::string flag_of(std::string_view field) {
  if (field == "userId") return "--user";
  if (field == "policyId") return "--policy";
  std::string flag = "--";
  for (const char c : field) {
    if (c >= 'A' && c <= 'Z') flag += '-';
    flag += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return flag;
}

/// "--max-count must be …; --name must be …"; empty when the refusal names no fields.
std::string wrong_fields(dom::element refusal) {
  dom::array errors;
  if (refusal["errors"].get(errors) != simdjson::SUCCESS) return {};
  std::string text;
  for (const dom::element error : errors) {
    text += (text.empty() ? "" : "; ") + flag_of(text_of(error, "field")) + " " + text_of(error, "message");
  }
  return text;
}

}  // namespace

std::string describe_refusal(int status, const std::string& body) {
  dom::parser parser;
  dom::element json;
  if (parser.parse(body).get(json) != simdjson::SUCCESS) return fmt::format("HTTP {}", status);
  const std::string result = text_of(json, "result");
  const std::string detail = text_of(json, "detail");
  const std::string title = text_of(json, "title");
  const std::string fields = wrong_fields(json);
  const std::string said = !fields.empty() ? fields : !detail.empty() ? detail : title;
  const std::string head = result.empty() ? fmt::format("HTTP {}", status) : result;
  const std::string starts = text_of(json, "issueStartsAt");
  const std::string revision = text_of(json, "revision");
  return (said.empty() ? head : head + ": " + said) +
         (starts.empty() ? "" : " It starts at " + starts + ".") +
         (revision.empty() ? "" : " Its revision is " + revision + ".");
}

std::string describe_policies(const std::string& json) {
  dom::parser parser;
  dom::element document;
  if (parser.parse(json).get(document) != simdjson::SUCCESS) return json + "\n";
  dom::array policies;
  if (document["policies"].get(policies) != simdjson::SUCCESS) return describe_policy(document);
  std::string lines;
  for (const dom::element policy : policies) lines += describe_policy(policy);
  return lines.empty() ? "no policies yet\n" : lines;
}

std::string next_cursor(const std::string& json) {
  dom::parser parser;
  dom::element document;
  return parser.parse(json).get(document) == simdjson::SUCCESS ? text_of(document, "nextCursor") : "";
}

std::string describe_issue(const std::string& json) {
  dom::parser parser;
  dom::element document;
  if (parser.parse(json).get(document) != simdjson::SUCCESS) return json + "\n";
  std::string line = text_of(document, "result") + ": ";
  const std::string sequence = text_of(document, "sequence");
  if (sequence.empty()) return line + "ticket " + text_of(document, "ticket") + "\n";
  return line + "user " + text_of(document, "userId") + " has coupon " + sequence + " of policy " +
         text_of(document, "policyId") + ", issued at " + text_of(document, "issuedAt") + "\n";
}

int ask_and_print(const Values& values, bool admin, HttpQuestion question, const Describe& describe) {
  if (admin && values.has("admin-key-file")) {
    auto key = read_secret_file(values.text("admin-key-file"));
    if (!key) {
      std::fprintf(stderr, "firstcome: %s: %s\n", values.origin("admin-key-file").c_str(),
                   key.error().message.c_str());
      return kWrongUsage;
    }
    question.admin_key = std::move(*key);
  }
  return print_answer(values, ask_listener(values, admin ? "admin" : "server", question), describe);
}

Result<HttpAnswer> ask_listener(const Values& values, const std::string& option,
                                const HttpQuestion& question) {
  auto answer = ask(values.text(option), question, kAnswerWithin);
  if (answer) return answer;
  const std::string& origin = values.origin(option);
  return Error{answer.error().kind,
               (origin == "default" ? "--" + option : origin) + ": " + answer.error().message};
}

int print_answer(const Values& values, const Result<HttpAnswer>& answer, const Describe& describe) {
  if (!answer) {
    std::fprintf(stderr, "firstcome: %s\n", answer.error().message.c_str());
    return kFailed;
  }
  const bool fine = answer->status < 300;
  if (values.on("json")) {
    std::fputs(answer->body.c_str(), stdout);
    if (!answer->body.ends_with('\n')) std::fputc('\n', stdout);
  } else if (fine) {
    std::fputs(describe(answer->body).c_str(), stdout);
  } else {
    std::fprintf(stderr, "firstcome: %s\n", describe_refusal(answer->status, answer->body).c_str());
  }
  return fine ? kFine : kFailed;
}

std::vector<Option> with_client_options(std::vector<Option> own) {
  own.insert(own.end(), client_options().begin(), client_options().end());
  return own;
}

}  // namespace firstcome::cli
