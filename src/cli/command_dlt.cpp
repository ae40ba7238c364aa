#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>
#include <cstdio>

#include "cli/command_dlt_change.h"
#include "cli/command_result.h"
#include "cli/dead_letters.h"
#include "text/json_object.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

std::int64_t size_of(const std::optional<std::string>& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : 0;
}

// --- bytes as text ------------------------------------------------------------------------------------

/// True for UTF-8 without terminal control characters.
bool is_text(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size()) && text::lines_for_terminal(bytes) == bytes;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

/// The first `most` bytes: as text if they are text, otherwise as hex digits.
struct Excerpt {
  std::string text;
  bool is_hex = false;
  std::size_t bytes = 0;

  Excerpt(std::string_view whole, std::size_t most) {
    std::string_view part = whole.substr(0, most);
    // Leave out a character that the limit cuts.
    for (int i = 0; i < 3 && part.size() < whole.size() && !is_text(part); ++i) part.remove_suffix(1);
    is_hex = !is_text(part);
    if (is_hex) part = whole.substr(0, most);
    bytes = part.size();
    text = is_hex ? hex(part) : std::string(part);
  }
};

std::string format_bytes(std::string_view bytes, std::size_t most) {
  const Excerpt excerpt(bytes, most);
  std::string text = excerpt.is_hex ? "hex " + excerpt.text : excerpt.text;
  if (excerpt.bytes < bytes.size())
    text += fmt::format(" ... ({} bytes in total; --bytes shows more)", bytes.size());
  return text;
}

std::string as_json(const std::optional<std::string>& bytes, std::size_t most) {
  if (!bytes) return "null";
  const Excerpt excerpt(*bytes, most);
  return text::JsonObject()
      .text(excerpt.is_hex ? "hex" : "text", excerpt.text)
      .number("bytes", size_of(bytes))
      .truth("whole", excerpt.bytes == bytes->size())
      .str();
}

// --- list ---------------------------------------------------------------------------------------------

text::JsonObject summary(const DeadLetter& letter) {
  text::JsonObject object;
  object.number("partition", letter.partition)
      .number("offset", letter.offset)
      .text("at", format_rfc3339(letter.at))
      .text("reason", Excerpt(letter.reason, 500).text)
      .number("bytes", size_of(letter.value));
  if (!letter.topic.empty()) object.text("originalTopic", Excerpt(letter.topic, 300).text);
  if (letter.original_partition) object.number("originalPartition", *letter.original_partition);
  if (letter.original_offset) object.number("originalOffset", *letter.original_offset);
  if (letter.original_time) object.text("originalTime", format_rfc3339(*letter.original_time));
  if (letter.cut_from) object.number("cutFrom", *letter.cut_from);
  if (!letter.replayed.empty()) object.text("replayed", Excerpt(letter.replayed, 100).text);
  return object;
}

std::string line_of(const DeadLetter& letter) {
  const std::string replayed =
      letter.replayed.empty() ? "" : fmt::format(", replayed from {}", Excerpt(letter.replayed, 100).text);
  return text::for_terminal(fmt::format("{}  {}  from {}, {} bytes{}{}: {}", letter.id(),
                                        format_rfc3339(letter.at), Excerpt(letter.source(), 300).text,
                                        size_of(letter.value), letter.value ? "" : " (null)", replayed,
                                        Excerpt(letter.reason, 200).text)) +
         "\n";
}

struct Listing {
  std::int64_t count = 0;          ///< of all dead letters
  std::vector<std::string> shown;  ///< the newest, oldest first
};

/// Formats the newest `most` dead letters of all partitions. Does not keep the letters, which can be large.
Result<Listing> newest(journal::JournalReader& letters, std::size_t most,
                       const std::function<std::string(const DeadLetter&)>& format) {
  Listing listing;
  std::vector<std::pair<Timestamp, std::string>> lines;
  for (Partition partition = 0; partition < letters.partitions(); ++partition) {
    ASSIGN_OR_RETURN(auto bounds, letters.bounds(partition));
    listing.count += bounds.end - bounds.start;
    bounds.start = std::max(bounds.start, bounds.end - static_cast<Offset>(most));
    const Status read = read_dead_letters(letters, partition, bounds, [&](const DeadLetter& letter) {
      lines.emplace_back(letter.at, format(letter));
      return true;
    });
    if (!read.ok()) return read.error();
  }
  std::ranges::stable_sort(lines, {}, &std::pair<Timestamp, std::string>::first);
  lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(std::min(most, lines.size())));
  for (auto& [at, line] : lines) listing.shown.push_back(std::move(line));
  return listing;
}

int list(const Values& values) {
  const auto location = dead_letters_location(values);
  if (!location.ok()) return refuse("dlt list", location.error());
  const auto letters = open_dead_letters(*location);
  if (!letters.ok()) return fail("dlt list", letters.error());
  const bool json = values.on("json");
  const auto listing =
      newest(**letters, static_cast<std::size_t>(values.number("limit")),
             [&](const DeadLetter& letter) { return json ? summary(letter).str() : line_of(letter); });
  if (!listing.ok()) return fail("dlt list", listing.error());
  if (json) {
    std::printf("%s\n",
                text::JsonObject()
                    .number("count", listing->count)
                    .json("deadLetters", text::json_list(listing->shown, [](const auto& one) { return one; }))
                    .str()
                    .c_str());
    return kFine;
  }
  for (const std::string& line : listing->shown) std::fputs(line.c_str(), stdout);
  const auto shown = static_cast<std::int64_t>(listing->shown.size());
  if (listing->count == 0) {
    std::fputs("There are no dead letters.\n", stderr);
  } else if (listing->count > shown) {
    std::fprintf(stderr, "These are the newest %lld of %lld dead letters; --limit shows more.\n",
                 static_cast<long long>(shown), static_cast<long long>(listing->count));
  }
  return kFine;
}

// --- show ---------------------------------------------------------------------------------------------

void print(const DeadLetter& letter, std::size_t most) {
  const auto line = [](const char* name, const std::string& text) {
    std::printf("%-10s%s\n", name, text.c_str());
  };
  line("id", fmt::format("{}, written at {}", letter.id(), format_rfc3339(letter.at)));
  const std::string time =
      letter.original_time ? fmt::format(", written at {}", format_rfc3339(*letter.original_time)) : "";
  line("from", Excerpt(letter.source(), 300).text + time);
  line("reason", format_bytes(letter.reason, most));
  if (!letter.replayed.empty())
    line("replayed", fmt::format("earlier, from dead letter {}", Excerpt(letter.replayed, 100).text));
  if (letter.cut_from)
    line("cut", fmt::format("this is only a part; the original value had {} bytes", *letter.cut_from));
  line("key", letter.key ? format_bytes(*letter.key, most) : "null");
  for (const auto& [name, value] : letter.headers)
    line("header", format_bytes(name, most) + ": " + (value ? format_bytes(*value, most) : "null"));
  line("value", letter.value ? format_bytes(*letter.value, most) : "null");
}

std::string as_json(const DeadLetter& letter, std::size_t most) {
  return summary(letter)
      .json("key", as_json(letter.key, most))
      .json("headers", text::json_list(letter.headers,
                                       [&](const auto& header) {
                                         return text::JsonObject()
                                             .json("name", as_json(header.first, most))
                                             .json("value", as_json(header.second, most))
                                             .str();
                                       }))
      .json("value", as_json(letter.value, most))
      .str();
}

int show(const Values& values) {
  const auto location = dead_letters_location(values);
  if (!location.ok()) return refuse("dlt show", location.error());
  const auto wanted = parse_letter_id(values.text("place"));
  if (!wanted)
    return refuse("dlt show", fmt::format("'{}' is not a PARTITION:OFFSET, as `dlt list` prints it",
                                          values.text("place")));
  const auto letters = open_dead_letters(*location);
  if (!letters.ok()) return fail("dlt show", letters.error());
  auto letter = find_dead_letter(**letters, wanted->first, wanted->second);
  if (!letter.ok()) return fail("dlt show", letter.error());
  const auto most = static_cast<std::size_t>(values.number("bytes"));
  if (values.on("json")) {
    std::printf("%s\n", as_json(*letter, most).c_str());
  } else {
    print(*letter, most);
  }
  return kFine;
}

}  // namespace

std::vector<Command> dlt_commands() {
  const auto with_location = [](std::span<const Option> own) {
    std::vector<Option> all(own.begin(), own.end());
    const auto location = dlt_location_options();
    all.insert(all.end(), location.begin(), location.end());
    return all;
  };
  return {
      {"dlt list", "Print records that were not readable as a request or command",
       "  firstcome dlt list --journal kafka://a:9092,b:9092,c:9092\n"
       "  firstcome dlt list --data /var/lib/firstcome    a server may run on it\n"
       "  firstcome dlt list --limit 10 --json\n"
       "\nOne line per dead letter, the newest last: PARTITION:OFFSET, time, source of the record, reason.\n",
       with_location(dlt_list_options()), list},
      {"dlt show", "Print one dead letter: its source, key, headers and value",
       "  firstcome dlt show 0:17 --journal kafka://a:9092\n"
       "  firstcome dlt show 0:17 --data /var/lib/firstcome --bytes 100000    a server may run on it\n"
       "\nBytes that are not text are printed as hex digits. Exit code 1: the dead letter does not exist.\n",
       with_location(dlt_show_options()), show},
      {"dlt replay", "Append dead letters to the journal again",
       "  firstcome dlt replay 0:17 0:18 --journal kafka://a:9092\n"
       "  firstcome dlt replay --all --data /var/lib/firstcome    stop the server first\n"
       "\nEach record is appended at the home of its policy, with its key, value and headers, and with the "
       "header\n"
       "firstcome-replayed, which contains the id of the dead letter. A record that this version cannot "
       "read\n"
       "either is not appended: it would become a dead letter again. It is safe to replay a request twice: "
       "the\n"
       "second one is ALREADY_ISSUED. The dead letters stay until they are dropped.\n"
       "Exit code 0: all are appended. 1: some are not, or one does not exist.\n",
       with_location(dlt_replay_options()), dlt_replay},
      {"dlt drop", "Remove the oldest dead letters of a partition permanently",
       "  firstcome dlt drop 0:17 --journal kafka://a:9092    0:17 and every earlier one\n"
       "  firstcome dlt drop --all --yes --data /var/lib/firstcome    stop the server first\n"
       "\nKafka can only remove the oldest records. Without --yes the command asks for confirmation on a "
       "terminal.\n"
       "Exit code 0: they are removed. 1: they are not, or one does not exist.\n",
       with_location(dlt_drop_options()), dlt_drop}};
}

}  // namespace firstcome::cli
