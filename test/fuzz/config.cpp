/// A configuration file, and what is typed: never a crash, and a refusal says where.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "cli/config.h"
#include "cli/config_file.h"
#include "domain/check.h"
#include "test/fuzz/bytes.h"

using namespace firstcome;

namespace {

/// The file that the target writes its input into; gone with the process.
class InputFile {
 public:
  InputFile() : descriptor_(mkstemp(path_.data())) { CHECK(descriptor_ >= 0); }
  ~InputFile() { unlink(path_.data()); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::string write(std::string_view text) {
    CHECK(ftruncate(descriptor_, 0) == 0);
    CHECK(pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return path_.data();
  }

 private:
  std::array<char, 32> path_{"/tmp/firstcome-fuzz-XXXXXX"};
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static InputFile file;
  static const auto options = cli::with_servers_options(cli::serve_options());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = cli::read_config_file(file.write(text), options);
  if (!read.ok()) {
    CHECK(!read.error().message.empty());
    return 0;
  }
  // Each value once more, as if it had been typed.
  cli::Flags flags;
  for (const auto& [name, entry] : *read) flags[name] = entry.text;
  const auto nothing = [](const std::string&) { return std::optional<std::string>(); };
  const auto merged = cli::merge(options, flags, nothing);
  CHECK(merged.ok() || !merged.error().message.empty());
  return 0;
}
