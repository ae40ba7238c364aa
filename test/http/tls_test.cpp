#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/tls_context.h"

#include <algorithm>
#include "test/contract/temporary_folder.h"
#include "test/http/held_server.h"
#include "test/kits/net/test_authority.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;

/// A server whose two listeners speak TLS.
class Tls : public HeldServer {
 protected:
  Tls() {
    write(authority_.issue());
    settings_.connection.request_timeout = milliseconds{10'000};
  }
  void write(const TestAuthority::Issued& issued) const {
    replace_file(files_.certificate, issued.certificate);
    replace_file(files_.key, issued.key);
  }
  void start_tls() {
    auto opened = net::ServerCertificate::open(files_);
    ASSERT_TRUE(opened) << opened.error().text();
    settings_.certificate = *opened;
    start();
  }
  void require_client_certificates(const TestAuthority& authority) {
    files_.client_ca = folder_.file("clients.pem");
    replace_file(files_.client_ca, authority.certificate());
  }
  /// What a client trusts, and the certificate that it has.
  [[nodiscard]] net::TlsContext client_context(const TestAuthority::Issued& own = {}) const {
    net::TlsContext::ClientFiles files{.ca = folder_.file("ca.pem")};
    replace_file(files.ca, authority_.certificate());
    if (!own.certificate.empty()) {
      files.certificate = folder_.file("client.pem");
      files.key = folder_.file("client.key");
      replace_file(files.certificate, own.certificate);
      replace_file(files.key, own.key);
    }
    auto context = net::TlsContext::for_client(files);
    CHECK(context.ok());
    return *context;
  }
  /// Of a new connection.
  [[nodiscard]] std::unique_ptr<HttpClient> connect(const std::function<void(SSL*)>& prepare = {}) const {
    return std::make_unique<HttpClient>(server_->address(), client_context(), prepare);
  }
  void expect_service() const { EXPECT_EQ(connect()->ask("GET", "/livez").status, 200); }

  TemporaryFolder folder_;
  TestAuthority authority_{"Authority"};
  net::TlsContext::ServerFiles files_{.certificate = folder_.file("server.pem"),
                                      .key = folder_.file("server.key")};
};

auto only(int version) {
  return [version](SSL* ssl) {
    SSL_set_security_level(ssl, 0);
    SSL_set_min_proto_version(ssl, version);
    SSL_set_max_proto_version(ssl, version);
  };
}

TEST_F(Tls, BothListenersAnswerInTls12AndTls13AndInNoOlderVersion) {
  start_tls();
  for (const std::string& address : {server_->address(), server_->admin_address()}) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      HttpClient client(address, client_context(), only(version));
      EXPECT_EQ(client.tls_failure(), "");
      EXPECT_EQ(client.ask("GET", "/livez").status, 200);
      EXPECT_EQ(client.ask("GET", "/livez").status, 200) << "the connection stays open";
    }
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
      HttpClient client(address, client_context(), [version](SSL* ssl) {
        only(version)(ssl);
        SSL_set_cipher_list(ssl, "ALL:@SECLEVEL=0");
      });
      EXPECT_THAT(client.tls_failure(), HasSubstr("protocol version"));
    }
  }
}

TEST_F(Tls, TheProtocolIsHttp11OrNone) {
  start_tls();
  const auto offer = [&](std::string_view protocols) {
    return connect([protocols](SSL* ssl) {
      SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    });
  };
  const auto both = offer("\x02h2\x08http/1.1");
  const unsigned char* chosen = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(both->tls(), &chosen, &length);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), length), "http/1.1");
  EXPECT_EQ(both->ask("GET", "/livez").status, 200);
  EXPECT_EQ(offer("")->ask("GET", "/livez").status, 200);
  EXPECT_THAT(offer("\x02h2")->tls_failure(), HasSubstr("no application protocol"));
}

TEST_F(Tls, AClientThatSpeaksPlainHttpIsAnsweredInPlainHttp) {
  start_tls();
  const Response refused = client_->ask("GET", "/livez");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.text("detail"), HasSubstr("https://"));
  EXPECT_TRUE(client_->at_end());
  HttpClient posts(server_->address());
  EXPECT_EQ(posts.ask("POST", issue_path(), R"({"userId":1})").status, 400);
  expect_service();
}

TEST_F(Tls, BytesThatAreNeitherCloseTheConnection) {
  start_tls();
  client_->send("\x16\x03\x01 hello, this is no handshake of TLS");
  client_->finish_sending();
  client_->receives("nothing");
  HttpClient garbage(server_->address());
  garbage.send(std::string(100'000, '\xff'));
  garbage.finish_sending();
  garbage.receives("nothing");
  expect_service();
}

TEST_F(Tls, AHandshakeThatStallsIsClosedAtTheTimeoutOfARequest) {
  settings_.connection.request_timeout = milliseconds{500};
  start_tls();
  HttpClient half(server_->address());
  half.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00", 7));  // the beginning of a ClientHello
  EXPECT_TRUE(client_->at_end()) << "a client that sends nothing";
  EXPECT_TRUE(half.at_end());
  expect_service();
}

/// A client whose bytes the test passes on.
class SteppedClient {
 public:
  SteppedClient(const std::string& address, const net::TlsContext& context)
      : tls_(SSL_new(context.native()), SSL_free) {
    SSL_set_connect_state(tls_.get());
    SSL_set_bio(tls_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    const auto colon = address.rfind(':');
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    native_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(native_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int yes = 1;
    ::setsockopt(native_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    CHECK(::connect(native_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  ~SteppedClient() { ::close(native_); }
  SteppedClient(const SteppedClient&) = delete;
  SteppedClient& operator=(const SteppedClient&) = delete;

  /// Shakes hands and sends a request, in pieces of this size, and reads the first bytes of the response. Stops after
  /// `most` bytes. Returns how many bytes were sent.
  std::size_t run(std::size_t piece, std::size_t most) {
    std::size_t sent = 0;
    for (bool asked = false; !answered_;) {
      if (SSL_do_handshake(tls_.get()) == 1 && !std::exchange(asked, true)) {
        constexpr std::string_view kRequest = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";
        CHECK(SSL_write(tls_.get(), kRequest.data(), kRequest.size()) == kRequest.size());
      }
      char bytes[4096];
      while (BIO_pending(SSL_get_wbio(tls_.get())) > 0) {
        const std::size_t room = std::min({piece, most - sent, sizeof bytes});
        if (room == 0) return sent;
        const int count = BIO_read(SSL_get_wbio(tls_.get()), bytes, static_cast<int>(room));
        if (::send(native_, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) return sent;
        sent += static_cast<std::size_t>(count);
      }
      const auto count = ::recv(native_, bytes, sizeof bytes, 0);
      if (count <= 0) return sent;
      BIO_write(SSL_get_rbio(tls_.get()), bytes, static_cast<int>(count));
      answered_ = asked && SSL_read(tls_.get(), bytes, sizeof bytes) > 0;
    }
    return sent;
  }
  /// Sends the first bytes of the handshake only.
  void say_hello() {
    SSL_do_handshake(tls_.get());
    char bytes[4096];
    const int count = BIO_read(SSL_get_wbio(tls_.get()), bytes, sizeof bytes);
    CHECK(count > 0 && ::send(native_, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count);
  }
  [[nodiscard]] bool has_received() const {
    char byte = 0;
    return ::recv(native_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }
  [[nodiscard]] bool answered() const { return answered_; }
  /// The server closes its side after this one has ended.
  bool closes() {
    ::shutdown(native_, SHUT_WR);
    char bytes[4096];
    ssize_t count = 0;
    while ((count = ::recv(native_, bytes, sizeof bytes, 0)) > 0) {
    }
    return count == 0 || errno == ECONNRESET;
  }

 private:
  std::shared_ptr<SSL> tls_;
  int native_ = -1;
  bool answered_ = false;
};

TEST_F(Tls, AHandshakeInSinglePiecesSucceeds) {
  start_tls();
  for (const std::size_t piece : {1, 2, 7, 100}) {
    SteppedClient client(server_->address(), client_context());
    client.run(piece, SIZE_MAX);
    EXPECT_TRUE(client.answered()) << piece;
  }
}

TEST_F(Tls, AHandshakeThatBreaksOffAfterAnyByteEndsTheConnection) {
  start_tls();
  const auto context = client_context();
  const std::size_t whole = SteppedClient(server_->address(), context).run(SIZE_MAX, SIZE_MAX);
  ASSERT_GT(whole, 200U);
  for (std::size_t bytes = 0; bytes < whole; ++bytes) {
    SteppedClient client(server_->address(), context);
    client.run(SIZE_MAX, bytes);
    ASSERT_FALSE(client.answered()) << bytes;
    ASSERT_TRUE(client.closes()) << bytes;
  }
  expect_service();
}

TEST_F(Tls, ARequestWaitsForNoHandshakeThatCameBeforeIt) {
  start_tls();
  const auto honest = connect();
  const auto other = connect();
  std::vector<std::unique_ptr<SteppedClient>> attackers;
  for (int i = 0; i < 50; ++i) {
    attackers.push_back(std::make_unique<SteppedClient>(server_->address(), client_context()));
  }
  EXPECT_EQ(honest->ask("GET", "/livez").status, 200) << "so the worker has accepted all connections";
  EXPECT_EQ(honest->ask("GET", "/livez").status, 200);
  journal_.set_stuck(true);
  other->send_request("POST", issue_path(), R"({"userId":42})");
  journal_.wait_until_stuck();
  for (const auto& attacker : attackers) attacker->say_hello();
  honest->send_request("POST", issue_path(), R"({"userId":43})");

  // The worker stops again when the request reaches the journal.
  journal_.let_one_pass();
  journal_.next();
  journal_.wait_until_stuck();
  for (const auto& attacker : attackers) EXPECT_FALSE(attacker->has_received()) << "its handshake has a turn";
  journal_.set_stuck(false);
  decide(journal_.next(), Code::Success, 1);
  EXPECT_EQ(honest->read().status, 201);
  for (const auto& attacker : attackers) {
    attacker->run(SIZE_MAX, SIZE_MAX);
    ASSERT_TRUE(attacker->answered()) << "late, but answered";
  }
}

TEST_F(Tls, ARequestThatIsCutOffWithoutCloseNotifyIsNotHandled) {
  start_tls();
  const auto client = connect();
  client->send("POST " + issue_path() +
               " HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{");
  client->cut_sending();
  EXPECT_TRUE(client->at_end());
  client_ = connect();
  client_->send_request("POST", issue_path(), R"({"userId":2})");
  EXPECT_THAT(journal_.next().value, HasSubstr("2")) << "the first append";
}

TEST_F(Tls, AHalfClosedClientGetsItsAnswer) {
  start_tls();
  const auto client = connect();
  client->send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");
  client->finish_sending();
  EXPECT_EQ(client->read().status, 200);
  EXPECT_TRUE(client->at_end());
  EXPECT_EQ(client->tls_failure(), "") << "the server sends close_notify";
}

TEST_F(Tls, ConnectionCloseEndsWithCloseNotify) {
  start_tls();
  const auto client = connect();
  EXPECT_EQ(client->ask("GET", "/livez", "", "Connection: close\r\n").status, 200);
  EXPECT_TRUE(client->at_end());
  EXPECT_EQ(client->tls_failure(), "");
}

TEST_F(Tls, PipelinedRequestsAndLargeBodiesArrive) {
  start_tls();
  const auto client = connect();
  const std::string body(60'000, 'x');
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    requests += "GET /livez HTTP/1.1\r\nHost: h\r\n\r\nPOST " + issue_path() +
                " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n" +
                body;
  }
  client->send(requests);  // the responses fit the buffers of the sockets
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    EXPECT_EQ(client->read().status, 200);
    EXPECT_EQ(client->read().status, 400) << "the body is no JSON";
  }
}

TEST_F(Tls, AClientThatReadsLateGetsAllItsResponses) {
  start_tls();
  const auto client = connect();
  const std::size_t size = client->ask("GET", "/openapi.json").body.size();
  ASSERT_GT(size, 30'000U);
  constexpr int kRequests = 300;  // far more than the buffers of the sockets
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += "GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n";
  client->send(requests);
  for (int i = 0; i < kRequests && !HasFailure(); ++i) EXPECT_EQ(client->read().body.size(), size);
}

TEST_F(Tls, AClientMayChangeItsKeysButNotRenegotiate) {
  start_tls();
  const auto changes = connect(only(TLS1_3_VERSION));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(changes->ask("GET", "/livez").status, 200);
    EXPECT_EQ(SSL_key_update(changes->tls(), SSL_KEY_UPDATE_REQUESTED), 1);
  }
  const auto renegotiates = connect([](SSL* ssl) {
    only(TLS1_2_VERSION)(ssl);
    SSL_clear_options(ssl, SSL_OP_NO_RENEGOTIATION);
  });
  EXPECT_EQ(renegotiates->ask("GET", "/livez").status, 200);
  EXPECT_EQ(SSL_renegotiate(renegotiates->tls()), 1);
  EXPECT_NE(SSL_do_handshake(renegotiates->tls()), 1) << "the server refuses";
  expect_service();
}

TEST_F(Tls, AClientNeedsACertificateOfTheAuthority) {
  const TestAuthority clients("Authority of clients");
  require_client_certificates(clients);
  start_tls();
  const auto ask = [&](const TestAuthority::Issued& own, int version) {
    HttpClient client(server_->address(), client_context(own), only(version));
    client.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");
    const bool answered = client.receives("200 OK");
    return answered ? "answered" : client.tls_failure();
  };
  const auto own = clients.issue({.name = "shop"});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_EQ(ask(own, version), "answered");
    EXPECT_THAT(ask({}, version),
                testing::AnyOf(HasSubstr("certificate required"), HasSubstr("handshake failure")));
    EXPECT_THAT(ask(authority_.issue(), version), HasSubstr("unknown ca"));
    EXPECT_THAT(ask(clients.issue({.first_day = -9, .last_day = -1}), version),
                HasSubstr("certificate expired"));
  }
}

TEST_F(Tls, ASessionOfAClientWithACertificateIsResumed) {
  const TestAuthority clients("Authority of clients");
  require_client_certificates(clients);
  start_tls();
  const auto context = client_context(clients.issue());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    HttpClient first(server_->address(), context, only(version));
    EXPECT_EQ(first.ask("GET", "/livez").status, 200);
    EXPECT_EQ(SSL_session_reused(first.tls()), 0);
    const std::shared_ptr<SSL_SESSION> session(SSL_get1_session(first.tls()), SSL_SESSION_free);
    HttpClient second(server_->address(), context, [&](SSL* ssl) {
      only(version)(ssl);
      SSL_set_session(ssl, session.get());
    });
    EXPECT_EQ(second.ask("GET", "/livez").status, 200);
    EXPECT_EQ(SSL_session_reused(second.tls()), 1);
    ASSERT_TRUE(settings_.certificate->read_again());
    HttpClient third(server_->address(), context, [&](SSL* ssl) {
      only(version)(ssl);
      SSL_set_session(ssl, session.get());
    });
    EXPECT_EQ(third.ask("GET", "/livez").status, 200);
    EXPECT_EQ(SSL_session_reused(third.tls()), 0) << "its certificate is checked again after a reload";
  }
}

TEST_F(Tls, NewConnectionsGetANewCertificateAndOpenOnesKeepTheirs) {
  const auto name_of = [](HttpClient& client) {
    const std::shared_ptr<X509> certificate(SSL_get1_peer_certificate(client.tls()), X509_free);
    char name[64];
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
    return std::string(name);
  };
  start_tls();
  const auto before = connect();
  write(authority_.issue({.name = "renewed"}));
  ASSERT_TRUE(settings_.certificate->read_again());
  const auto after = connect();
  EXPECT_EQ(name_of(*before), "localhost");
  EXPECT_EQ(name_of(*after), "renewed");
  EXPECT_EQ(before->ask("GET", "/livez").status, 200);
  EXPECT_EQ(after->ask("GET", "/livez").status, 200);
}

TEST_F(Tls, AServerThatStopsEndsItsConnectionsWithCloseNotify) {
  start_tls();
  const auto client = connect();
  EXPECT_EQ(client->ask("GET", "/livez").status, 200);
  EXPECT_TRUE(server_->drain(milliseconds{1'000}));
  EXPECT_TRUE(client->at_end());
  EXPECT_EQ(client->tls_failure(), "");
}

}  // namespace
}  // namespace firstcome::test
