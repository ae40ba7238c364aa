#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace firstcome::test {

/// Stands between a client and its server on loopback, one connection at a time, and interferes once, when
/// the client says a given word.
class CuttingProxy {
 public:
  enum class Harm {
    CutBefore,  ///< the server never hears it: both connections are cut
    CutAnswer,  ///< the server hears it and answers, and the client is cut off without the answer
    Hold,       ///< the server hears nothing more until release()
  };

  explicit CuttingProxy(int server_port);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  [[nodiscard]] int port() const { return port_; }
  /// From now on; call it while nothing is under way.
  void harm_at(std::string word, Harm harm);
  /// Blocks until the word came.
  void wait_for_harm() { harmed_.wait(false); }
  void release();

 private:
  void serve();
  void carry(int client, int server);
  bool harmed(std::string_view bytes, int server);

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  int wake_ = -1;  ///< an eventfd: end, or release what is held
  std::string word_;
  Harm harm_ = Harm::CutBefore;
  std::atomic<bool> armed_{false};
  std::atomic<bool> harmed_{false};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace firstcome::test
