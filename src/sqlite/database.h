#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/result.h"
#include "domain/time.h"

/// RAII wrappers of SQLite, with its errors as Error. Independent of the stored tables.
namespace firstcome::sqlite {

/// A prepared statement. Bound text and blobs are not copied: they must be valid until reset() or the next
/// bind.
class Statement {
 public:
  enum class Step : std::uint8_t { Row, Done, Failed };

  void bind(int index, std::int64_t value) { sqlite3_bind_int64(get(), index, value); }
  void bind(int index, std::optional<std::int64_t> value);
  void bind_text(int index, std::string_view text);
  void bind_text(int index, std::optional<std::string_view> text);
  void bind_blob(int index, std::optional<std::string_view> bytes);

  Step step();
  /// Executes a statement that returns no rows, and resets it. If false, see Database::error().
  bool run();
  void reset() { sqlite3_reset(get()); }

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(get(), column); }
  [[nodiscard]] bool null(int column) const { return sqlite3_column_type(get(), column) == SQLITE_NULL; }
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
  /// Valid until the next step or reset.
  [[nodiscard]] std::string_view text(int column) const { return blob(column); }
  [[nodiscard]] std::string_view blob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  [[nodiscard]] sqlite3_stmt* get() const { return handle_.get(); }
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Resets a statement at the end of the scope, so that no read transaction remains open.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

enum class Access : std::uint8_t {
  Create,     ///< read and write; creates a missing file
  ReadWrite,  ///< the file must exist
  ReadOnly,   ///< the file must exist
  /// The file must exist; creates no other file. With a WAL file, as ReadOnly. Without one, no process has
  /// the file open, and it is read as immutable: see FileSeen.
  Observe,
};

/// The state of a file at the start of a read with Access::Observe.
class FileSeen {
 public:
  explicit FileSeen(std::string path);
  /// False if the file had no WAL file and a writer has opened it since. Then the data that was read may be
  /// inconsistent.
  [[nodiscard]] bool still() const;

 private:
  struct State {
    bool has_log = false;
    std::int64_t size = -1;
    std::int64_t changed_at = 0;
    bool operator==(const State&) const = default;
  };
  static State look(const std::string& path);
  std::string path_;
  State then_;
};

/// A connection. Used by one thread at a time. Its destructor does not change the WAL file, so a refused
/// start does not change a damaged one. open_mark.h describes which process copies the WAL file into the
/// database file.
class Database {
 public:
  static Result<Database> open(const std::string& path, Access access, milliseconds busy_timeout);

  Status execute(const std::string& sql);
  Result<Statement> prepare(const char* sql);
  struct Preparation {
    Statement* into;
    const char* sql;
  };
  Status prepare(std::initializer_list<Preparation> statements);

  /// The first column of the first row; none if there is no row.
  Result<std::optional<std::int64_t>> integer(const char* sql);

  /// The destructor then removes the WAL file, if no other connection has the file open.
  void remove_log_at_end();

  /// The last error, with the path and what to do.
  [[nodiscard]] Error error() const;
  [[nodiscard]] int extended_code() const { return sqlite3_extended_errcode(handle_.get()); }
  /// Rows changed by the last statement.
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  [[nodiscard]] std::int64_t last_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  Database(sqlite3* handle, std::string path) : path_(std::move(path)), handle_(handle) {}
  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Rolls back in its destructor, unless commit() succeeded.
class Transaction {
 public:
  enum class Kind : std::uint8_t {
    Read,   ///< one snapshot for all statements
    Write,  ///< takes the write lock immediately, so that no read is stale
  };
  explicit Transaction(Database& database) : database_(database) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Status begin(Kind kind);
  /// After an error this connection sees the transaction as rolled back; its rows may still appear after a
  /// crash.
  Status commit();

 private:
  Database& database_;
  bool open_ = false;
};

}  // namespace firstcome::sqlite
