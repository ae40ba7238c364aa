#include "load/client_connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace firstcome::load {

int ClientConnection::open(const ServerAddress& server, net::EventLoop& loop, Tick now) {
  const Connecting connecting = begin_to_connect(server, number_);
  if (connecting.error != 0) return connecting.error;
  native_ = connecting.native;
  state_ = State::Opening;
  since_ = now;
  partial_.clear();
  if (loop.add(native_, *this)) return 0;
  const int why = errno;
  close();
  return why;
}

void ClientConnection::close() {
  if (native_ >= 0) ::close(native_);
  native_ = -1;
  state_ = State::Closed;
}

void ClientConnection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(native_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void ClientConnection::fail(RequestResult why, std::string_view complaint) {
  close();
  owner_.unanswered(*this, why, complaint);
}

void ClientConnection::give_up() {
  if (state_ == State::Opening) {
    close();
    return owner_.not_opened(*this, ETIMEDOUT);
  }
  reset();
  owner_.unanswered(*this, RequestResult::GaveUp, {});
}

void ClientConnection::ask(const Question& question, std::string_view request, Tick now) {
  question_ = question;
  since_ = now;
  state_ = State::Waiting;
  const bool cut = question.fate == Press::Fate::CutWhileSending;
  if (cut) request = request.substr(0, request.size() / 2);
  // A request is shorter than any socket's empty buffer, and there is never more than one on its way.
  const auto sent = ::send(native_, request.data(), request.size(), MSG_NOSIGNAL);
  if (cut) return fail(RequestResult::CutOff);
  if (sent != static_cast<ssize_t>(request.size())) fail(RequestResult::Broken);
}

void ClientConnection::ready(std::uint32_t events) {
  if (state_ == State::Closed) return;  // by an event before this one of the same batch
  if (state_ == State::Opening) return finish_opening(events);
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP)) == 0) return;
  if (state_ == State::Free) {
    close();
    return owner_.ended(*this);
  }
  if (question_.fate == Press::Fate::CutWhileAnswering) {
    reset();
    return owner_.unanswered(*this, RequestResult::CutOff, {});
  }
  receive((events & (EPOLLRDHUP | EPOLLHUP)) != 0);
}

void ClientConnection::finish_opening(std::uint32_t events) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(native_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0) {
    close();
    return owner_.not_opened(*this, error != 0 ? error : ECONNRESET);
  }
  if ((events & EPOLLOUT) == 0) return;
  state_ = State::Free;
  owner_.opened(*this);
}

/// Edge-triggered: reads until the kernel has no more. Fewer bytes than asked for are all there were, but
/// behind the last ones an end of stream has no edge of its own.
void ClientConnection::receive(bool end_in_sight) {
  char* const buffer = owner_.buffer();
  std::size_t size = partial_.copy(buffer, AnswerReader::kMost);
  for (;;) {
    const std::size_t room = AnswerReader::kMost - size;
    const auto count = ::recv(native_, buffer + size, room, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count <= 0) return fail(RequestResult::Broken);
    size += static_cast<std::size_t>(count);
    Answer answer;
    switch (owner_.reader().read({buffer, size}, answer)) {
      case AnswerReader::Read::Whole: return whole(answer, end_in_sight);
      case AnswerReader::Read::Wrong: return fail(RequestResult::Unreadable, owner_.reader().complaint());
      case AnswerReader::Read::More: break;
    }
    if (static_cast<std::size_t>(count) < room && !end_in_sight) break;
  }
  partial_.assign(buffer, size);
}

void ClientConnection::whole(const Answer& answer, bool end_in_sight) {
  partial_.clear();
  state_ = State::Free;
  if (answer.last || end_in_sight) close();
  owner_.answered(*this, answer);
}

}  // namespace firstcome::load
