#include "check/history_reader.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <cstring>

#include "check/history_line.h"

namespace firstcome::check {
namespace {

constexpr std::size_t kLineMost = std::size_t{1} << 20;
constexpr std::size_t kBlock = 4 * kLineMost;

/// The lines of a stream. The parser may read some bytes after the end of each.
class Lines {
 public:
  explicit Lines(std::istream& in) : in_(in), buffer_(kBlock + simdjson::SIMDJSON_PADDING) {}

  /// False at the end. `ended`: the line has a line break.
  bool next(std::string_view& line, bool& ended) {
    while (true) {
      const char* const from = buffer_.data() + begin_;
      const void* const found = std::memchr(from, '\n', end_ - begin_);
      if (found != nullptr) {
        line = {from, static_cast<std::size_t>(static_cast<const char*>(found) - from)};
        begin_ += line.size() + 1;
        ended = true;
        return true;
      }
      if (end_ - begin_ > kLineMost) throw BadLine{"it is longer than 1 MiB"};
      if (fill()) continue;
      line = {buffer_.data() + begin_, end_ - begin_};
      begin_ = end_;
      ended = false;
      return !line.empty();
    }
  }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  bool fill() {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    in_.read(buffer_.data() + end_, static_cast<std::streamsize>(kBlock - end_));
    end_ += static_cast<std::size_t>(in_.gcount());
    bytes_ += in_.gcount();
    return in_.gcount() > 0;
  }

  std::istream& in_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t bytes_ = 0;
};

/// Reserves memory for all rows of a file: a growing vector would need it twice. Reserved pages that are never
/// written cost nothing.
void reserve(std::istream& in, std::vector<HistoryRow>& rows) {
  constexpr std::streamoff kLineLeast = 100;
  const auto begin = in.tellg();
  if (begin != std::istream::pos_type(-1) && in.seekg(0, std::ios::end)) {
    rows.reserve(static_cast<std::size_t>((in.tellg() - begin) / kLineLeast));
    in.seekg(begin);
  }
  in.clear();  // a pipe cannot seek
}

}  // namespace

Result<History> read_history(std::istream& in, const std::string& name,
                             const std::function<void(std::int64_t)>& progress) {
  constexpr std::int64_t kLinesBetweenProgress = 1 << 16;
  History history;
  Lines lines(in);
  LineReader reader;
  simdjson::dom::parser parser;
  reserve(in, history.rows);
  std::string_view line;
  bool ended = true;
  std::int64_t number = 0;
  const auto at = [&] { return fmt::format("{}:{}: ", name, number); };
  try {
    for (number = 1; lines.next(line, ended); ++number) {
      simdjson::dom::element element;
      const auto error = parser.parse(line.data(), line.size(), false).get(element);
      if (error != simdjson::SUCCESS && !ended) {
        history.warning = at() + "the last line is incomplete and is ignored";
        break;
      }
      if (error != simdjson::SUCCESS) throw BadLine{fmt::format("it is not JSON: {}", error_message(error))};
      if (number == 1 && LineReader::head(element, history)) {
        history.first_line = 2;
      } else {
        history.rows.push_back(reader.row(element, history.references));
      }
      if (progress && number % kLinesBetweenProgress == 0) progress(lines.bytes());
    }
  } catch (const BadLine& bad) {
    return Error::permanent(at() + bad.what);
  }
  if (in.bad()) return Error::permanent("{}: cannot be read to its end", name);
  return history;
}

}  // namespace firstcome::check
