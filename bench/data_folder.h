#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

/// Shared by the benchmarks on data folders.
namespace firstcome::bench {

/// A temporary folder with a journal and a store. The destructor removes it.
class DataFolder {
 public:
  explicit DataFolder(std::string_view program);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  /// Writes one partition with one policy of `stock` coupons and `records` requests by `users` in turn,
  /// decided and saved as `firstcome serve` does it. Then the first `used` coupons are used, by orders with ids of 20 bytes.
  void fill(std::int64_t records, std::int64_t users, std::int64_t stock, std::int64_t used = 0);

  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string journal() const { return (path_ / "journal.sqlite").string(); }
  [[nodiscard]] std::string store() const { return (path_ / "store.sqlite").string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace firstcome::bench
