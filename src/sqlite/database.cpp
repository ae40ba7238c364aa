#include "sqlite/database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace firstcome::sqlite {

void Statement::bind(int index, std::optional<std::int64_t> value) {
  if (value) {
    bind(index, *value);
  } else {
    sqlite3_bind_null(get(), index);
  }
}

void Statement::bind_text(int index, std::string_view text) {
  // The pointer of an empty view may be null, which SQLite would store as NULL.
  sqlite3_bind_text64(get(), index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_text(int index, std::optional<std::string_view> text) {
  if (text) {
    bind_text(index, *text);
  } else {
    sqlite3_bind_null(get(), index);
  }
}

void Statement::bind_blob(int index, std::optional<std::string_view> bytes) {
  if (bytes) {
    sqlite3_bind_blob64(get(), index, bytes->empty() ? "" : bytes->data(), bytes->size(), SQLITE_STATIC);
  } else {
    sqlite3_bind_null(get(), index);
  }
}

Statement::Step Statement::step() {
  switch (sqlite3_step(get())) {
    case SQLITE_ROW: return Step::Row;
    case SQLITE_DONE: return Step::Done;
    default: return Step::Failed;
  }
}

bool Statement::run() {
  const Step last = step();
  reset();  // does not clear the error of the connection
  return last == Step::Done;
}

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
  if (null(column)) return std::nullopt;
  return integer(column);
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(get(), column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(get(), column))};
}

namespace {

constexpr std::uintmax_t kFullBelow = 256UL * 1024;  ///< bytes; SQLite needs less to extend a file

struct Advice {
  Error::Kind kind;
  const char* what_to_do;
};

Advice advice(int extended_code) {
  using Kind = Error::Kind;
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {Kind::Retryable, "another program has locked the file"};
    case SQLITE_FULL: return {Kind::Retryable, "the disk is full: free some space"};
    case SQLITE_IOERR: return {Kind::Retryable, "the disk failed: check the system log"};
    case SQLITE_NOMEM: return {Kind::Retryable, "out of memory"};
    case SQLITE_PROTOCOL: return {Kind::Retryable, "the file cannot be locked"};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {Kind::Permanent, "check that the folder exists and that this user may write in it"};
    case SQLITE_CORRUPT: return {Kind::Permanent, "the file is damaged: restore it from a backup"};
    case SQLITE_NOTADB: return {Kind::Permanent, "this is not an SQLite file: use another one"};
    default: return {Kind::Permanent, "this error is not expected: please report it"};
  }
}

/// True if the disk is full. SQLite reports a full disk as an I/O error if it extends a file without writing
/// to it.
bool is_full(const std::string& path) {
  std::error_code failed;
  const auto folder = std::filesystem::absolute(path, failed).parent_path();
  return !failed && std::filesystem::space(folder, failed).available < kFullBelow && !failed;
}

Error describe(int extended_code, const std::string& path, const char* message) {
  const bool full = (extended_code & 0xff) == SQLITE_IOERR && is_full(path);
  const Advice given = advice(full ? SQLITE_FULL : extended_code);
  return {given.kind, fmt::format("{}: {} (SQLite {}); {}", path, message, extended_code, given.what_to_do)};
}

bool has_log(const std::string& path) {
  std::error_code ignored;  // if the folder is not readable, the open fails
  return std::filesystem::exists(path + "-wal", ignored);
}

/// SQLite treats the WAL file of an empty file as a leftover of another file, and removes it.
bool would_lose_its_log(const std::string& path) {
  std::error_code missing;
  return std::filesystem::file_size(path, missing) == 0 && !missing &&
         std::filesystem::file_size(path + "-wal", missing) > 0 && !missing;
}

/// https://www.sqlite.org/uri.html. Immutable, because a normal reader of a file in WAL mode creates the WAL
/// file and its index, owned by its own user, and does not remove them.
std::string unchanging_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", c);
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

/// Creates a missing file for its owner alone. SQLite takes an empty file as a new database, and gives the
/// log and the index of the log the rights of the file (https://www.sqlite.org/tempfiles.html). An error is
/// left to sqlite3_open_v2, which explains it.
void create_private(const std::string& path) {
  if (path == ":memory:") return;
  const int made = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (made >= 0) close(made);
}

}  // namespace

Result<Database> Database::open(const std::string& path, Access access, milliseconds busy_timeout) {
  if (would_lose_its_log(path)) {
    return Error::permanent(
               "{0} is empty, but its log {0}-wal is not: opening the file would delete the log. Nothing was "
               "changed.",
               path)
        .with_hint("Restore both files from a backup, or move both away.");
  }
  const bool writes = access == Access::Create || access == Access::ReadWrite;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  if (access == Access::Create) flags |= SQLITE_OPEN_CREATE;
  std::string name = path;
  if (access == Access::Observe && !has_log(path)) {
    flags |= SQLITE_OPEN_URI;
    name = unchanging_uri(path);
  }
  if (access == Access::Create) create_private(path);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  Database database(handle, path);  // a handle must be closed also after a failed open
  if (code != SQLITE_OK) {
    return describe(code, path, handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.count()));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

void Database::remove_log_at_end() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

FileSeen::FileSeen(std::string path) : path_(std::move(path)), then_(look(path_)) {}

bool FileSeen::still() const { return then_.has_log || look(path_) == then_; }

FileSeen::State FileSeen::look(const std::string& path) {
  std::error_code ignored;  // a missing file has another size
  State state{.has_log = has_log(path)};
  state.size = static_cast<std::int64_t>(std::filesystem::file_size(path, ignored));
  state.changed_at = std::filesystem::last_write_time(path, ignored).time_since_epoch().count();
  return state;
}

Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error();
  return Done{};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  Statement statement;
  statement.handle_.reset(handle);
  if (code != SQLITE_OK) return error();
  return statement;
}

Status Database::prepare(std::initializer_list<Preparation> statements) {
  for (const Preparation& wanted : statements) {
    ASSIGN_OR_RETURN(*wanted.into, prepare(wanted.sql));
  }
  return Done{};
}

Result<std::optional<std::int64_t>> Database::integer(const char* sql) {
  ASSIGN_OR_RETURN(auto statement, prepare(sql));
  switch (statement.step()) {
    case Statement::Step::Row: return std::optional(statement.integer(0));
    case Statement::Step::Done: return std::optional<std::int64_t>();
    case Statement::Step::Failed: break;
  }
  return error();
}

Error Database::error() const {
  return describe(sqlite3_extended_errcode(handle_.get()), path_, sqlite3_errmsg(handle_.get()));
}

Transaction::~Transaction() {
  // Ignore a failed rollback: SQLite has rolled back itself, or the connection is lost and its next statement
  // fails.
  if (open_) (void)database_.execute("ROLLBACK");
}

Status Transaction::begin(Kind kind) {
  auto begun = database_.execute(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN");
  open_ = begun.ok();
  return begun;
}

Status Transaction::commit() {
  auto committed = database_.execute("COMMIT");
  if (committed.ok()) open_ = false;
  return committed;
}

}  // namespace firstcome::sqlite
