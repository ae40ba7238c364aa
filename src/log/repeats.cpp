#include "log/repeats.h"

#include <cctype>

namespace firstcome::log {
namespace {

constexpr int kPassAtOnce = 3;
constexpr milliseconds kWindowFirst{10'000};
constexpr milliseconds kWindowMost{600'000};
/// Past this many, lines that are new count as one and the same.
constexpr std::size_t kMostShapes = 256;

bool is_digit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }

std::string shape_of(const std::string& line) {
  std::string shape;
  for (std::size_t i = 0; i < line.size();) {
    const bool names_a_partition = shape.ends_with("artition ");
    if (!is_digit(line[i])) {
      shape += line[i++];
      continue;
    }
    std::size_t end = i;
    while (end < line.size() && is_digit(line[end])) ++end;
    shape += names_a_partition ? line.substr(i, end - i) : "#";
    i = end;
  }
  return shape;
}

}  // namespace

bool Repeats::passes(int level, const std::string& line, Instant now) {
  std::string key = shape_of(line);
  if (shapes_.size() >= kMostShapes && !shapes_.contains(key)) key.clear();
  const auto [at, is_new] = shapes_.try_emplace(std::move(key), Shape{now, kWindowFirst, kPassAtOnce, {}});
  Shape& shape = at->second;
  if (shape.free > 0) {
    --shape.free;
    return true;
  }
  shape.kept.level = level;
  shape.kept.line = line;
  ++shape.kept.count;
  return false;
}

Repeats::Kept Repeats::take(Shape& shape, Instant now) {
  Kept kept = std::move(shape.kept);
  kept.within = std::chrono::duration_cast<milliseconds>(now - shape.since);
  shape.kept = {};
  shape.since = now;
  shape.window = std::min(shape.window * 2, kWindowMost);
  return kept;
}

std::vector<Repeats::Kept> Repeats::due(Instant now) {
  std::vector<Kept> said;
  for (auto at = shapes_.begin(); at != shapes_.end();) {
    Shape& shape = at->second;
    const bool over = now - shape.since >= shape.window;
    if (over && shape.kept.count == 0) {
      at = shapes_.erase(at);  // it has ended; should it come again, it is new
      continue;
    }
    if (over) said.push_back(take(shape, now));
    ++at;
  }
  return said;
}

std::vector<Repeats::Kept> Repeats::all(Instant now) {
  std::vector<Kept> said;
  for (auto& [key, shape] : shapes_) {
    if (shape.kept.count > 0) said.push_back(take(shape, now));
  }
  shapes_.clear();
  return said;
}

}  // namespace firstcome::log
