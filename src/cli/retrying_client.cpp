#include "cli/retrying_client.h"

#include <fmt/core.h>

#include <algorithm>
#include <thread>

#include "cli/admin_client.h"

namespace firstcome::cli {
namespace {

constexpr milliseconds kAnswerTimeout{15'000};
constexpr milliseconds kPauseFirst{100};
constexpr milliseconds kPauseMost{2'000};

bool is_worth_a_retry(int status) { return status == 202 || status == 429 || status == 503 || status == 504; }

}  // namespace

RetryingClient::RetryingClient(Settings settings)
    : settings_(std::move(settings)), client_(settings_.server, settings_.tls, kAnswerTimeout) {}

Result<HttpResponse> RetryingClient::send(const std::string& method, const std::string& target,
                                          const std::string& body) {
  const HttpRequest request{
      .method = method, .target = target, .body = body, .credential = settings_.credential};
  const Instant until = std::chrono::steady_clock::now() + settings_.retry_for;
  has_repeated_ = false;
  for (milliseconds pause = kPauseFirst;; pause = std::min(pause * 2, kPauseMost)) {
    auto response = client_.send(request);
    if (response.ok() && !is_worth_a_retry(response->status)) return response;
    if (!response.ok() && response.error().kind == Error::Kind::Permanent) return response.error();
    if (std::chrono::steady_clock::now() + pause > until) {
      const std::string why = response.ok() ? fmt::format("{}: {}", settings_.server,
                                                          describe_refusal(response->status, response->body))
                                            : response.error().message;
      return Error::retryable(why).with_hint(settings_.hint);
    }
    std::this_thread::sleep_for(pause);
    has_repeated_ = true;
  }
}

}  // namespace firstcome::cli
