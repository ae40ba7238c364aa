-- The embedded journal. Times are milliseconds since 1970-01-01 UTC.

-- Facts of this file: identity (the permanent name of the log), partitions, format (of record_batch.records),
-- incarnations (of tickets; one for each start, "id:era:offset,offset,...;": its first offset in each partition).
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The next offset of each partition. It is apart from the records, so that an offset is never used twice, even
-- after its record was removed.
CREATE TABLE partition_end (
  partition        INTEGER PRIMARY KEY,
  next_offset      INTEGER NOT NULL,
  last_appended_at INTEGER NOT NULL
) STRICT;

-- The records of one commit and partition, one row each. Rows are in the order of commits, so that every commit
-- appends to the end of the table, whatever its partitions. This writes half as many pages as the order
-- (partition, base_offset). `records` holds record_count frames, one after the other, numbers little-endian:
--   u32 length of the rest of the frame | i32 key length | i32 value length | u32 number of headers
--   key bytes | value bytes | each header: u32 key length | u32 value length | key bytes | value bytes
-- where length -1 is null. `checksum` is the CRC-32C of records, seeded with the row's other columns.
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

-- Copies of records that could not be decoded. `headers` has the format of a frame without the key and the value,
-- from the number of headers on.
CREATE TABLE dead_letter (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  appended_at INTEGER NOT NULL,
  partition   INTEGER NOT NULL,
  key         BLOB,
  value       BLOB,
  headers     BLOB NOT NULL
) STRICT;
