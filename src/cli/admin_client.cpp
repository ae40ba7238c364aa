#include "cli/admin_client.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <cstdio>

#include "cli/error_context.h"
#include "files/secret_file.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

namespace dom = simdjson::dom;

constexpr milliseconds kResponseTimeout{15'000};

/// For a terminal. Names come from callers, and a server may not be ours.
std::string text_of(dom::element element, const char* key) {
  dom::element value;
  if (element[key].get(value) != simdjson::SUCCESS || value.is_null()) return {};
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return text::for_terminal(text);
  return text::for_terminal(simdjson::minify(value));
}

/// The counts and terms of the coupons' life that differ from the defaults: ", 3 used, valid for P30D".
std::string life_terms_of(dom::element policy) {
  std::string text;
  const auto add = [&](const char* key, std::string_view usual, std::string_view before,
                       std::string_view after = {}) {
    const std::string value = text_of(policy, key);
    if (!value.empty() && value != usual) text += fmt::format(", {}{}{}", before, value, after);
  };
  add("usedCount", "0", "", " used");
  add("cancelledCount", "0", "", " cancelled");
  add("perUserLimit", "1", "up to ", " a user");
  add("validFrom", "", "coupons valid from ");
  add("validUntil", "", "coupons valid until ");
  add("validFor", "", "coupons valid for ");
  add("onCancel", "RETURN", "on cancel ");
  add("reissue", "false", "reissue ");
  add("codePrefix", "", "codes ", "-…");
  add("codeCount", "", "", " imported codes");
  add("listedCount", "", "", " listed users");
  return text;
}

std::string describe_policy(dom::element policy) {
  std::string line = text_of(policy, "result") == "UNCHANGED" ? "UNCHANGED: " : "";
  line +=
      fmt::format("policy {} \"{}\": {} issued, {} of {} remaining, {}, revision {}", text_of(policy, "id"),
                  text_of(policy, "name"), text_of(policy, "issuedCount"), text_of(policy, "remaining"),
                  text_of(policy, "maxCount"), text_of(policy, "state"), text_of(policy, "revision"));
  const std::string starts = text_of(policy, "issueStartsAt");
  const std::string ends = text_of(policy, "issueEndsAt");
  if (!starts.empty()) line += ", from " + starts;
  if (!ends.empty()) line += ", until " + ends;
  return line + life_terms_of(policy) + "\n";
}

/// What has happened to the coupon, such as "RESERVED by order-17 until 2026-11-23T14:10:00.123Z".
std::string state_of_coupon(dom::element coupon) {
  std::string text = text_of(coupon, "state");
  const std::string reference = text_of(coupon, "reference");
  const std::string until = text_of(coupon, "heldUntil");
  if (!reference.empty()) text += " by " + reference;
  if (!until.empty()) text += " until " + until;
  return text;
}

/// issueStartsAt → --issue-starts-at
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

/// "--max-count must be …; --name must be …"; empty if the refusal names no fields.
std::string describe_wrong_fields(dom::element refusal) {
  dom::array errors;
  if (refusal["errors"].get(errors) != simdjson::SUCCESS) return {};
  std::string text;
  for (const dom::element error : errors) {
    text += (text.empty() ? "" : "; ") + flag_of(text_of(error, "field")) + " " + text_of(error, "message");
  }
  return text;
}

std::string line_of_coupon(dom::element coupon, const std::string& policy) {
  std::string line = fmt::format("coupon {} of policy {}, user {}: {}", text_of(coupon, "sequence"), policy,
                                 text_of(coupon, "userId"), state_of_coupon(coupon));
  const std::string expires = text_of(coupon, "expiresAt");
  if (!expires.empty()) line += ", expires at " + expires;
  return line + "\n";
}

}  // namespace

std::string describe_refusal(int status, const std::string& body) {
  dom::parser parser;
  dom::element json;
  if (parser.parse(body).get(json) != simdjson::SUCCESS) return fmt::format("HTTP {}", status);
  const std::string result = text_of(json, "result");
  const std::string detail = text_of(json, "detail");
  const std::string title = text_of(json, "title");
  const std::string fields = describe_wrong_fields(json);
  const std::string reason = !fields.empty() ? fields : !detail.empty() ? detail : title;
  const std::string head = result.empty() ? fmt::format("HTTP {}", status) : result;
  const std::string starts = text_of(json, "issueStartsAt");
  const std::string revision = text_of(json, "revision");
  std::string text = reason.empty() ? head : fmt::format("{}: {}", head, reason);
  if (!starts.empty()) text += fmt::format(" It starts at {}.", starts);
  if (!revision.empty()) text += fmt::format(" Its revision is {}.", revision);
  if (!text_of(json, "state").empty()) text += fmt::format(" It is {}.", state_of_coupon(json));
  if (status == 401) text += " The options are --key-file and --admin-key-file.";
  return text;
}

std::string describe_policies(const std::string& json) {
  dom::parser parser;
  dom::element document;
  if (parser.parse(json).get(document) != simdjson::SUCCESS) return text::lines_for_terminal(json) + "\n";
  dom::array policies;
  if (document["policies"].get(policies) != simdjson::SUCCESS) return describe_policy(document);
  std::string lines;
  for (const dom::element policy : policies) lines += describe_policy(policy);
  return lines.empty() ? "There are no policies.\n" : lines;
}

std::string next_cursor(const std::string& json) {
  dom::parser parser;
  dom::element document;
  std::string_view cursor;
  if (parser.parse(json).get(document) != simdjson::SUCCESS ||
      document["nextCursor"].get(cursor) != simdjson::SUCCESS)
    return {};
  return std::string(cursor);
}

std::string describe_issue(const std::string& json) {
  dom::parser parser;
  dom::element document;
  if (parser.parse(json).get(document) != simdjson::SUCCESS) return text::lines_for_terminal(json) + "\n";
  const std::string result = text_of(document, "result");
  const std::string sequence = text_of(document, "sequence");
  if (sequence.empty()) return fmt::format("{}: ticket {}\n", result, text_of(document, "ticket"));
  return fmt::format("{}: user {} has coupon {} of policy {}, issued at {}\n", result,
                     text_of(document, "userId"), sequence, text_of(document, "policyId"),
                     text_of(document, "issuedAt"));
}

std::string describe_coupon(const std::string& json) {
  dom::parser parser;
  dom::element coupon;
  if (parser.parse(json).get(coupon) != simdjson::SUCCESS) return text::lines_for_terminal(json) + "\n";
  const std::string result = text_of(coupon, "result");
  return (result.empty() ? "" : result + ": ") + line_of_coupon(coupon, text_of(coupon, "policyId"));
}

std::string describe_coupons(const std::string& json) {
  dom::parser parser;
  dom::element document;
  dom::array coupons;
  if (parser.parse(json).get(document) != simdjson::SUCCESS ||
      document["coupons"].get(coupons) != simdjson::SUCCESS)
    return text::lines_for_terminal(json) + "\n";
  std::string lines;
  for (const dom::element coupon : coupons) lines += line_of_coupon(coupon, text_of(document, "policyId"));
  return lines;
}

std::string describe_counts(const std::string& json) {
  dom::parser parser;
  dom::element document;
  dom::element counts;
  dom::element as_of;
  if (parser.parse(json).get(document) != simdjson::SUCCESS ||
      document["counts"].get(counts) != simdjson::SUCCESS || document["asOf"].get(as_of) != simdjson::SUCCESS)
    return text::lines_for_terminal(json) + "\n";
  std::string line = fmt::format("policy {}: ", text_of(document, "policyId"));
  for (const char* state : {"ISSUED", "RESERVED", "USED", "CANCELLED", "EXPIRED"})
    line += fmt::format("{} {}, ", text_of(counts, state), state);
  return fmt::format("{}as of {}\n", line, text_of(as_of, "at"));
}

Result<std::string> credential_for(Listener listener, const Values& values) {
  const char* name =
      listener == Listener::Admin && values.has("admin-key-file") ? "admin-key-file" : "key-file";
  if (!values.has(name)) return std::string();
  auto key = files::read_secret_file(values.text(name));
  if (!key) return in_context(values.origin(name), key.error());
  return key;
}

int call_and_print(const Values& values, Listener listener, HttpRequest request, const Describe& describe) {
  auto credential = credential_for(listener, values);
  if (!credential) {
    std::fprintf(stderr, "firstcome: %s\n", credential.error().text().c_str());
    return kWrongUsage;
  }
  request.credential = std::move(*credential);
  return print_response(values, call_listener(values, listener, request), describe);
}

net::TlsContext::ClientFiles tls_files(const Values& values) {
  const auto file = [&](const char* option) {
    return values.has(option) ? values.text(option) : std::string();
  };
  return {.ca = file("ca"), .certificate = file("client-cert"), .key = file("client-key")};
}

Result<HttpResponse> call_listener(const Values& values, Listener listener, HttpRequest request) {
  request.tls = tls_files(values);
  const std::string option = listener == Listener::Admin ? "admin" : "server";
  auto response = send_request(values.text(option), request, kResponseTimeout);
  if (response) return response;
  const std::string& origin = values.origin(option);
  return in_context(origin == "default" ? "--" + option : origin, response.error());
}

int print_response(const Values& values, const Result<HttpResponse>& response, const Describe& describe) {
  if (!response) {
    std::fprintf(stderr, "firstcome: %s\n", response.error().text().c_str());
    return kFailed;
  }
  const bool accepted = response->status < 300;
  if (values.on("json")) {
    std::fputs(text::lines_for_terminal(response->body).c_str(), stdout);
    if (!response->body.ends_with('\n')) std::fputc('\n', stdout);
  } else if (accepted) {
    std::fputs(describe(response->body).c_str(), stdout);
  } else {
    std::fprintf(stderr, "firstcome: %s\n", describe_refusal(response->status, response->body).c_str());
  }
  return accepted ? kFine : kFailed;
}

std::vector<Option> with_client_options(std::vector<Option> own) {
  own.insert(own.end(), client_options().begin(), client_options().end());
  return own;
}

std::vector<Option> with_admin_options(std::vector<Option> own) {
  for (const Option& option : client_options()) {
    if (option.name != "server" && option.name != "json") own.push_back(option);
  }
  return own;
}

}  // namespace firstcome::cli
