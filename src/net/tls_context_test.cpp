#include "net/tls_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "test/contract/temporary_folder.h"
#include "test/kits/net/test_authority.h"

namespace firstcome::net {
namespace {

using test::replace_file;
using test::TestAuthority;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class TlsContextTest : public testing::Test {
 protected:
  void write(const std::string& certificates, const std::string& key) const {
    replace_file(files_.certificate, certificates);
    replace_file(files_.key, key);
  }
  [[nodiscard]] std::string error() const {
    const auto made = TlsContext::for_server(files_);
    return made ? "no error" : made.error().text();
  }
  [[nodiscard]] static TlsContext::Seconds today(int days = 0) {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) +
           std::chrono::days{days};
  }

  test::TemporaryFolder folder_;
  TestAuthority root_{"Root"};
  TestAuthority intermediate_{"Intermediate", &root_};
  TestAuthority::Issued issued_ = intermediate_.issue();
  TlsContext::ServerFiles files_{.certificate = folder_.file("server.pem"),
                                 .key = folder_.file("server.key")};
};

TEST_F(TlsContextTest, ACertificateWithItsChainAndItsKeyIsUsed) {
  write(issued_.certificate + intermediate_.certificate(), issued_.key);
  const auto made = TlsContext::for_server(files_);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_THAT(made->description(),
              AllOf(HasSubstr("CN = localhost"), HasSubstr("EC"), HasSubstr("256 bits")));
  EXPECT_THAT(made->warning(today()), IsEmpty());
}

TEST_F(TlsContextTest, AFileThatIsMissingOrHasNoPemIsNamed) {
  EXPECT_THAT(error(), HasSubstr(files_.certificate + ": cannot be read: No such file"));
  write("DER", issued_.key);
  EXPECT_THAT(error(), AllOf(HasSubstr(files_.certificate), HasSubstr("no certificate in PEM form"),
                             HasSubstr("openssl x509 -inform der")));
  write(issued_.certificate.substr(0, 200) + "!!" + issued_.certificate.substr(202), issued_.key);
  EXPECT_THAT(error(),
              AllOf(HasSubstr(files_.certificate), HasSubstr("certificate 1"), HasSubstr("damaged")));
  write(issued_.certificate, "nothing");
  EXPECT_THAT(error(), AllOf(HasSubstr(files_.key), HasSubstr("no private key in PEM form")));
}

TEST_F(TlsContextTest, AKeyOfAnotherCertificateIsRefused) {
  write(issued_.certificate, intermediate_.issue().key);
  EXPECT_THAT(error(), AllOf(HasSubstr(files_.key + ": this key does not belong to the certificate in"),
                             HasSubstr(files_.certificate), HasSubstr("openssl pkey -in")));
}

TEST_F(TlsContextTest, AChainInTheWrongOrderIsRefused) {
  write(intermediate_.certificate() + issued_.certificate, issued_.key);
  EXPECT_THAT(error(), AllOf(HasSubstr("wrong order"), HasSubstr("is number 2"), HasSubstr("first")));
  write(issued_.certificate + root_.certificate() + intermediate_.certificate(), issued_.key);
  EXPECT_THAT(error(), AllOf(HasSubstr("wrong order"),
                             HasSubstr("number 2 (CN = Root) is not the issuer of number 1")));
}

TEST_F(TlsContextTest, AKeyThatOthersCanReadIsRefused) {
  write(issued_.certificate, issued_.key);
  ASSERT_EQ(chmod(files_.key.c_str(), 0644), 0);
  EXPECT_THAT(error(), AllOf(HasSubstr(files_.key), HasSubstr("mode 0644"), HasSubstr("chmod go=")));
}

TEST_F(TlsContextTest, AKeyThatIsTooShortIsRefused) {
  const auto weak = root_.issue({.rsa_bits = 1024});
  write(weak.certificate, weak.key);
  EXPECT_THAT(error(), AllOf(HasSubstr(files_.certificate), HasSubstr("key too small"), HasSubstr("2048")));
}

TEST_F(TlsContextTest, ACertificateOutsideItsValidityIsUsedWithAWarning) {
  const auto old = root_.issue({.first_day = -10, .last_day = -1});
  write(old.certificate, old.key);
  const auto expired = TlsContext::for_server(files_);
  ASSERT_TRUE(expired) << expired.error().text();
  EXPECT_THAT(expired->warning(today()), AllOf(HasSubstr(files_.certificate), HasSubstr("has expired")));
  EXPECT_THAT(expired->warning(today(-3)), HasSubstr("expires soon"));
  EXPECT_THAT(expired->warning(today(-11)), HasSubstr("is not valid yet"));
}

TEST_F(TlsContextTest, AnAuthorityOfClientsThatCannotBeReadIsNamed) {
  write(issued_.certificate, issued_.key);
  files_.client_ca = folder_.file("clients.pem");
  EXPECT_THAT(error(), HasSubstr(files_.client_ca));
  replace_file(files_.client_ca, root_.certificate());
  EXPECT_EQ(error(), "no error");
}

TEST_F(TlsContextTest, FilesThatCannotBeUsedLeaveTheCertificateInUse) {
  write(issued_.certificate, issued_.key);
  const auto opened = ServerCertificate::open(files_);
  ASSERT_TRUE(opened) << opened.error().text();
  const auto before = (*opened)->context();
  replace_file(files_.key, root_.issue().key);
  EXPECT_FALSE((*opened)->read_again());
  EXPECT_EQ((*opened)->context(), before);
  const auto renewed = root_.issue({.name = "renewed"});
  write(renewed.certificate, renewed.key);
  EXPECT_TRUE((*opened)->read_again());
  EXPECT_THAT((*opened)->context()->description(), HasSubstr("renewed"));
}

}  // namespace
}  // namespace firstcome::net
