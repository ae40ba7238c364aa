#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace firstcome::test {

/// A program on Kafka's Java clients, of the version that the broker is. It ends with this.
class JavaProgram {
 public:
  /// `words`: a class of Kafka's or a source file, and its arguments.
  explicit JavaProgram(const std::vector<std::string>& words);
  ~JavaProgram();
  JavaProgram(const JavaProgram&) = delete;
  JavaProgram& operator=(const JavaProgram&) = delete;

  /// Asks it to end, and waits until it has.
  void end();
  /// The next line it prints; empty when it has ended.
  [[nodiscard]] std::string read_line() const;
  void send_line(const std::string& line) const;

 private:
  pid_t process_ = -1;
  int to_program_ = -1;
  int from_program_ = -1;
};

}  // namespace firstcome::test
