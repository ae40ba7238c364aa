-- The embedded journal. Times are milliseconds since 1970-01-01 UTC.

-- What this file is: identity (names the log for ever), partitions, format (of record_batch.records),
-- incarnations (of tickets; one a start, "id:era:offset,offset,...;": its first offset in each partition).
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Where each partition goes on. Kept apart from the records: an offset is never given twice, even when the
-- records that had it are gone.
CREATE TABLE partition_end (
  partition        INTEGER PRIMARY KEY,
  next_offset      INTEGER NOT NULL,
  last_appended_at INTEGER NOT NULL
) STRICT;

-- The records of one partition that were committed together, one row a commit and partition. The rows lie in
-- the order of their commits, so that a commit adds to the end of the table whatever its partitions: half as
-- many pages to write as in the order of (partition, base_offset). `records`
-- holds record_count frames, one after the other, numbers little-endian:
--   u32 length of the rest of the frame | i32 key length | i32 value length | u32 number of headers
--   key bytes | value bytes | each header: u32 key length | u32 value length | key bytes | value bytes
-- where length -1 means null. `checksum` is the CRC-32C of records, seeded with the row's other columns.
CREATE TABLE record_batch (
  number       INTEGER PRIMARY KEY,
  partition    INTEGER NOT NULL,
  base_offset  INTEGER NOT NULL,
  record_count INTEGER NOT NULL,
  appended_at  INTEGER NOT NULL,
  checksum     INTEGER NOT NULL,
  records      BLOB NOT NULL,
  UNIQUE (partition, base_offset)
) STRICT;

-- Copies of records that could not be decoded. `headers` is framed as above, from the number of headers on
-- with no key and value between.
CREATE TABLE dead_letter (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  appended_at INTEGER NOT NULL,
  partition   INTEGER NOT NULL,
  key         BLOB,
  value       BLOB,
  headers     BLOB NOT NULL
) STRICT;
