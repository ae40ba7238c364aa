#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "cli/command_result.h"
#include "journal/sqlite/compact.h"
#include "node/folder_access.h"
#include "node/read_data.h"
#include "store/data.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

/// The saved position of each partition. The error says why nothing may be removed.
Result<std::vector<Offset>> saved_positions(const node::DataLocation& location) {
  ASSIGN_OR_RETURN(auto data, node::read_data(location));
  RETURN_IF_ERROR(store::check_same_data(data.settings, *data.journal));
  ASSIGN_OR_RETURN(const auto positions, data.store->positions());
  std::vector<Offset> saved;
  for (const store::Position& position : positions) {
    const std::string name = fmt::format("partition {}", position.partition);
    if (!position.halted_reason.empty()) {
      return Error::permanent(
          "nothing was removed: {} is halted: {}. The journal is needed to find out which side is right",
          name, position.halted_reason);
    }
    ASSIGN_OR_RETURN(const auto held, data.journal->bounds(position.partition));
    if (position.next_offset > held.end) {
      return Error::permanent(
          "nothing was removed: {} is saved up to offset {}, but the journal ends at {}: they do not belong "
          "together",
          name, position.next_offset, held.end);
    }
    saved.push_back(position.next_offset);
  }
  return saved;
}

std::string format_size(std::uintmax_t bytes) {
  const auto size = static_cast<double>(bytes);
  return bytes < 1'000'000 ? fmt::format("{:.0f} kB", size / 1e3) : fmt::format("{:.1f} MB", size / 1e6);
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

std::string describe(const journal::Compacted& done) {
  std::string text;
  for (std::size_t i = 0; i < done.starts.size(); ++i) {
    text += fmt::format("partition {}: the journal begins at offset {}\n", i, done.starts[i]);
  }
  return text + fmt::format("journal.sqlite had {} and now has {}\n", format_size(done.bytes_before),
                            format_size(done.bytes_after));
}

int compact(const Values& values) {
  const node::Folder folder{values.text("data")};
  if (const Status usable = node::check_access(folder.path, node::Access::Write); !usable.ok())
    return fail("store compact", usable.error());
  const auto positions = saved_positions(folder);
  if (!positions.ok()) return fail("store compact", positions.error());
  const std::string journal = (std::filesystem::path(folder.path) / "journal.sqlite").string();
  const auto done = journal::compact_sqlite_journal(journal, *positions);
  if (!done.ok()) return fail("store compact", done.error());
  return print_result(values, as_json(*done), describe(*done));
}

}  // namespace

Command store_compact_command() {
  const auto options = store_compact_options();
  return {
      "store compact",
      "Remove saved records from the journal of a data folder",
      "  firstcome store compact --data /var/lib/firstcome    stop its server first\n"
      "\nRemoves the records that the store has saved. Coupons, tickets and promises do not change. "
      "Afterwards\n"
      "the store cannot be rebuilt from the journal, and `firstcome audit` compares only the rest of the\n"
      "journal. Run `firstcome audit` first and keep a backup of the folder: only store.sqlite has the "
      "coupons.\n"
      "Exit code 0: compacted. 1: a server has the folder open, a partition is halted, or a file cannot be "
      "read.\n",
      {options.begin(), options.end()},
      compact};
}

}  // namespace firstcome::cli
