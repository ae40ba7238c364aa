#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/retrying_client.h"
#include "domain/result.h"

namespace firstcome::cli {

/// A list that a policy has.
struct ListKind {
  const char* command;      ///< "policy eligible", of the progress line
  const char* path;         ///< "/eligible", behind that of the policy
  const char* member;       ///< "users", of the body of a chunk
  const char* count_field;  ///< "listedCount", of the policy
  const char* entry;        ///< "user"
  const char* no_list;      ///< why a policy has no such list
  const char* no_list_hint;
  const char* append_hint;  ///< what happens without --after
};

/// Adds the entries of a file to the list of a policy, in chunks. A chunk has the number of its first entry, so that an
/// interrupted program continues where it was.
class ListUpload {
 public:
  ListUpload(const ListKind& kind, std::int64_t count, RetryingClient& client, std::int64_t policy);

  /// Reads how many entries the policy has. `after`: how many it had before the first one of the file; nothing: those that
  /// are there now.
  Status begin(std::optional<std::int64_t> after);
  /// The next entry of the file, as JSON. Entries of an earlier run are left out.
  Status add(std::string_view json);
  /// Sends the rest.
  Status end() { return size_ == 0 ? Status(Done{}) : send_chunk(); }
  /// What to do if add() or end() fails.
  [[nodiscard]] std::string hint() const;
  /// Number of entries of the file that an earlier run has added.
  [[nodiscard]] std::int64_t earlier() const { return earlier_; }
  /// Number of entries of the policy after end().
  [[nodiscard]] std::int64_t total() const { return after_ + count_; }
  /// 1-based position in the file of the entry that the server has refused; 0: of none.
  [[nodiscard]] std::int64_t refused_entry() const { return refused_entry_; }

 private:
  Status send_chunk();
  Error refused(const std::string& what, const HttpResponse& response);
  [[nodiscard]] std::optional<std::int64_t> count_in(const HttpResponse& response) const;

  const ListKind& kind_;
  const std::int64_t count_;
  RetryingClient& client_;
  const std::string path_;
  std::int64_t after_ = 0;
  std::int64_t earlier_ = 0;
  std::int64_t added_ = 0;
  std::int64_t refused_entry_ = 0;
  std::int64_t first_ = 0;  ///< number of the first entry of chunk_
  std::int64_t size_ = 0;   ///< entries of chunk_
  std::string chunk_;       ///< JSON, separated by commas
};

}  // namespace firstcome::cli
