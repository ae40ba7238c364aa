#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace firstcome::test {

/// A program with Kafka's Java clients, in the version of the broker. The destructor ends it.
class JavaProgram {
 public:
  /// `words`: a class of Kafka's or a source file, and its arguments.
  explicit JavaProgram(const std::vector<std::string>& words);
  ~JavaProgram();
  JavaProgram(const JavaProgram&) = delete;
  JavaProgram& operator=(const JavaProgram&) = delete;

  /// Ends the program and waits for its end.
  void end();
  /// The next line of its output; empty after its end.
  [[nodiscard]] std::string read_line() const;
  void send_line(const std::string& line) const;

 private:
  pid_t process_ = -1;
  int to_program_ = -1;
  int from_program_ = -1;
};

}  // namespace firstcome::test
