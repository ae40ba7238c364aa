#include "cli/dead_letters.h"

#include <fmt/core.h>

#include <charconv>
#include <filesystem>

#include "cli/location_options.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/range_reader.h"
#include "journal/sqlite/sqlite_journal_reader.h"
#include "log/log.h"
#include "node/folder_access.h"
#include "node/kafka_log.h"
#include "replica/relay.h"

namespace firstcome::cli {
namespace {

/// Spring writes numbers with Java's ByteBuffer, which is big-endian.
template <class Number>
std::optional<Number> read_big_endian(std::string_view bytes) {
  if (bytes.size() != sizeof(Number)) return std::nullopt;
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<Number>(number);
}

std::optional<std::string> copy(const std::optional<std::string_view>& bytes) {
  return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
}

/// Reads a header that describes the source of the letter.
void read_header(std::string_view name, std::string_view value, DeadLetter& letter) {
  if (name == "original-topic") {
    letter.topic = value;
  } else if (name == "original-partition") {
    letter.original_partition = read_big_endian<Partition>(value);
  } else if (name == "original-offset") {
    letter.original_offset = read_big_endian<Offset>(value);
  } else if (name == "original-timestamp") {
    if (const auto millis = read_big_endian<std::int64_t>(value)) letter.original_time = from_millis(*millis);
  } else if (name == "exception-message") {
    letter.reason = value;
  }
}

/// Parses a whole decimal number.
template <class Number>
bool read_whole(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end && !text.empty();
}

}  // namespace

std::string DeadLetter::source() const {
  if (!original_partition || !original_offset) return "unknown";
  const std::string id = fmt::format("{}:{}", *original_partition, *original_offset);
  return topic.empty() ? id : fmt::format("{} {}", topic, id);
}

DeadLetter read_dead_letter(Partition partition, const journal::RawRecord& raw) {
  DeadLetter letter{.partition = partition,
                    .offset = raw.offset,
                    .at = raw.timestamp,
                    .key = copy(raw.key),
                    .value = copy(raw.value)};
  for (const auto& header : raw.headers) {
    if (header.key.starts_with(replica::kDeadLetterHeaders)) {
      read_header(header.key.substr(replica::kDeadLetterHeaders.size()), header.value, letter);
    } else if (header.key == replica::kCutHeader) {
      std::int64_t length = 0;
      if (read_whole(header.value, length)) letter.cut_from = length;
    } else if (header.key == kReplayedHeader) {
      letter.replayed = header.value;
    } else {
      auto& [name, value] = letter.headers.emplace_back(header.key, std::nullopt);
      if (!header.is_null) value = header.value;
    }
  }
  return letter;
}

Result<std::unique_ptr<journal::JournalReader>> open_dead_letters(const node::DataLocation& location) {
  if (const auto* folder = std::get_if<node::Folder>(&location)) {
    RETURN_IF_ERROR(node::check_access(folder->path, node::Access::Read));
    RETURN_IF_ERROR(node::check_there(folder->path, "journal.sqlite"));
    return journal::read_sqlite_dead_letters(
        (std::filesystem::path(folder->path) / "journal.sqlite").string());
  }
  journal::KafkaSettings settings = std::get<node::Servers>(location).journal;
  settings.topic = settings.dead_letter_topic;
  settings = node::logged(std::move(settings));
  return journal::open_kafka_journal_reader(settings);
}

Status read_dead_letters(journal::JournalReader& letters, Partition partition, journal::Bounds range,
                         const std::function<bool(DeadLetter)>& take) {
  if (range.start >= range.end) return Done{};
  ASSIGN_OR_RETURN(const auto follower, letters.follow(partition, range.start));
  journal::RangeReader reading(*follower, partition, range.start, range.end);
  while (!reading.done()) {
    ASSIGN_OR_RETURN(const auto fetch, reading.poll());
    for (const auto& raw : fetch.records) {
      if (raw.offset >= range.end) break;
      if (!take(read_dead_letter(partition, raw))) return Done{};
    }
  }
  return Done{};
}

Result<DeadLetter> find_dead_letter(journal::JournalReader& letters, Partition partition, Offset offset) {
  if (partition >= letters.partitions()) {
    return Error::permanent("the dead letters have no partition {}: they have {} partitions, numbered from 0",
                            partition, letters.partitions());
  }
  ASSIGN_OR_RETURN(const auto bounds, letters.bounds(partition));
  std::optional<DeadLetter> found;
  if (offset >= bounds.start && offset < bounds.end) {
    const Status read = read_dead_letters(letters, partition, {offset, offset + 1}, [&](DeadLetter letter) {
      if (letter.offset == offset) found = std::move(letter);
      return false;
    });
    if (!read.ok()) return read.error();
  }
  if (found) return std::move(*found);
  return Error::permanent("there is no dead letter {}:{}; partition {} has {}", partition, offset, partition,
                          bounds.start >= bounds.end
                              ? "no dead letters"
                              : fmt::format("offsets {} to {}", bounds.start, bounds.end - 1));
}

std::optional<std::pair<Partition, Offset>> parse_letter_id(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::pair<Partition, Offset> id;
  if (!read_whole(text.substr(0, colon), id.first) || !read_whole(text.substr(colon + 1), id.second) ||
      id.first < 0 || id.second < 0) {
    return std::nullopt;
  }
  return id;
}

Result<node::DataLocation> dead_letters_location(const Values& values) {
  if (!values.has("journal")) return data_location(values);
  if (values.origin("data") != "default") {
    return Error::permanent("{} names an embedded journal; use either it or --journal",
                            values.origin("data"));
  }
  ASSIGN_OR_RETURN(auto journal, kafka_settings(values));
  return node::DataLocation(node::Servers{std::move(journal), ""});
}

}  // namespace firstcome::cli
