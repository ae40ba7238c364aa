#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace firstcome::load {

/// Three digits: 850 µs, 3.14 ms, 12.0 s
std::string in_words(std::chrono::nanoseconds time);
/// 0.0523 → 5.2 %
std::string percent(double share);
/// With so many digits behind the point.
std::string decimal(double number, int digits);
/// 1 connection, 2 connections
std::string count_of(std::int64_t number, const std::string& what);
/// Filled up with blanks, by what is seen: µ is one letter.
std::string right_aligned(const std::string& text, std::size_t width);
std::string left_aligned(const std::string& text, std::size_t width);

}  // namespace firstcome::load
