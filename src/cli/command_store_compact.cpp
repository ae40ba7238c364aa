#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "cli/command_result.h"
#include "journal/sqlite/compact.h"
#include "node/read_data.h"
#include "store/data.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

/// How far each partition is saved. The error says why nothing may be removed.
Result<std::vector<Offset>> saved_positions(const node::DataPlace& place) {
  ASSIGN_OR_RETURN(auto data, node::read_data(place));
  RETURN_IF_ERROR(store::check_same_data(data.settings, *data.journal));
  ASSIGN_OR_RETURN(const auto positions, data.store->positions());
  std::vector<Offset> saved;
  for (const store::Position& position : positions) {
    const std::string name = fmt::format("partition {}", position.partition);
    if (!position.halted_reason.empty()) {
      return Error::permanent(
          name + " is halted: " + position.halted_reason +
          ". The journal is needed to find out which side is right, so nothing was removed");
    }
    ASSIGN_OR_RETURN(const auto held, data.journal->bounds(position.partition));
    if (position.next_offset > held.end) {
      return Error::permanent(
          "{}: the store has saved up to offset {}, and the journal ends at {}: they do not belong together, "
          "so nothing was removed",
          name, position.next_offset, held.end);
    }
    saved.push_back(position.next_offset);
  }
  return saved;
}

std::string size_in_words(std::uintmax_t bytes) {
  char text[32];
  const auto size = static_cast<double>(bytes);
  if (bytes < 1'000'000) {
    std::snprintf(text, sizeof text, "%.0f kB", size / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.1f MB", size / 1e6);
  }
  return text;
}

text::JsonObject as_json(const journal::Compacted& done) {
  std::vector<std::string> starts;
  for (std::size_t i = 0; i < done.starts.size(); ++i) {
    starts.push_back(text::JsonObject()
                         .number("partition", static_cast<std::int64_t>(i))
                         .number("journalStart", done.starts[i])
                         .str());
  }
  return text::JsonObject()
      .number("bytesBefore", static_cast<std::int64_t>(done.bytes_before))
      .number("bytesAfter", static_cast<std::int64_t>(done.bytes_after))
      .json("partitions", text::json_list(starts, [](const std::string& one) { return one; }));
}

std::string in_words(const journal::Compacted& done) {
  std::string words;
  for (std::size_t i = 0; i < done.starts.size(); ++i) {
    words += "partition " + std::to_string(i) + ": the journal begins at offset " +
             std::to_string(done.starts[i]) + "\n";
  }
  return words + "journal.sqlite had " + size_in_words(done.bytes_before) + " and has " +
         size_in_words(done.bytes_after) + "\n";
}

int compact(const Values& values) {
  const node::Folder folder{values.text("data")};
  const auto positions = saved_positions(folder);
  if (!positions.ok()) return fail("store compact", positions.error());
  const std::string journal = (std::filesystem::path(folder.path) / "journal.sqlite").string();
  const auto done = journal::compact_sqlite_journal(journal, *positions);
  if (!done.ok()) return fail("store compact", done.error());
  return print_result(values, as_json(*done), in_words(*done));
}

}  // namespace

Command store_compact_command() {
  const auto options = store_compact_options();
  return {"store compact",
          "shorten the journal of a data folder to what is not saved yet",
          "  firstcome store compact --data /var/lib/firstcome    after its server was stopped\n"
          "\nRemoves the records that the store has saved. Coupons, tickets and promises stay as they are. "
          "From then\n"
          "on the store cannot be made again from the journal, and `firstcome audit` compares from where the "
          "journal\n"
          "begins. So audit first, and keep a backup of the folder: store.sqlite alone has the coupons.\n"
          "Exit code 0: shortened. 1: a server runs on the folder, a partition is halted, or a file cannot "
          "be read.\n",
          {options.begin(), options.end()},
          compact};
}

}  // namespace firstcome::cli
