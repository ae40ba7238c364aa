#include "text/secrets.h"

#include <gtest/gtest.h>

#include <utility>

namespace firstcome::text {
namespace {

TEST(Secrets, ANameIsSecretInAnySpelling) {
  for (const char* secret : {"password", "sslpassword", "PASSWORD", "pass%77ord", "%50ASSWORD", "pass%57ORD",
                             "sasl.password", "SASL.PASSWORD", "ssl.key.password", "ssl.keystore.password",
                             "ssl.key.pem", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config",
                             "sasl.jaas.config", "ssl.keystore.key", "oauth_client_secret"})
    EXPECT_TRUE(names_secret(secret)) << secret;
  for (const char* open : {"", "user", "passfile", "sslkey", "sslmode", "ssl.key.location", "sasl.username",
                           "sasl.mechanism", "pass%7", "linger.ms"})
    EXPECT_FALSE(names_secret(open)) << open;
}

TEST(Secrets, AnAddressKeepsEverythingButItsSecrets) {
  const std::pair<const char*, const char*> table[] = {
      // Nothing to hide.
      {"postgresql://me@db:5432/shop", "postgresql://me@db:5432/shop"},
      {"postgresql://me@db/shop?passfile=/etc/pgpass", "postgresql://me@db/shop?passfile=/etc/pgpass"},
      {"host=db user=me dbname=shop", "host=db user=me dbname=shop"},
      {"127.0.0.1:8080", "127.0.0.1:8080"},
      {"[::1]:8080", "[::1]:8080"},
      {"kafka://a:9092,b:9092/topic", "kafka://a:9092,b:9092/topic"},
      // Before the host.
      {"postgresql://me:hush@db:5432/shop", "postgresql://me:***@db:5432/shop"},
      {"postgresql://me:a:b@db:5432/shop", "postgresql://me:***@db:5432/shop"},
      {"postgresql://me:a@b@db:5432/shop", "postgresql://me:***@db:5432/shop"},
      {"postgresql://me:hu/sh@db/shop", "postgresql://me:***@db/shop"},
      {"postgresql://me:hu?sh@db/shop", "postgresql://me:***@db/shop"},
      {"postgresql://:hush@db/shop", "postgresql://:***@db/shop"},
      {"me:hush@db", "me:***@db"},
      // Parameters.
      {"postgresql://db/shop?user=me&password=hush&sslmode=require",
       "postgresql://db/shop?user=me&password=***&sslmode=require"},
      {"postgresql://db/shop?sslpassword=hush&sslkey=k", "postgresql://db/shop?sslpassword=***&sslkey=k"},
      {"postgresql://db/shop?PASSWORD=hush", "postgresql://db/shop?PASSWORD=***"},
      {"postgresql://db/shop?pass%77ord=hush", "postgresql://db/shop?pass%77ord=***"},
      {"postgresql://db/shop?%50%41%53%53WORD=hu sh&x=1", "postgresql://db/shop?%50%41%53%53WORD=***&x=1"},
      {"postgresql://me:hush@db/shop?sslpassword=hush", "postgresql://me:***@db/shop?sslpassword=***"},
      {"kafka://a:9092?sasl.password=hush", "kafka://a:9092?sasl.password=***"},
      // Keywords.
      {"host=db password=hush user=me", "host=db password=*** user=me"},
      {"host=db password = hush user=me", "host=db password = *** user=me"},
      {"host=db password='hush hush' user=me", "host=db password=*** user=me"},
      {R"(host=db password='hush\' hush' user=me)", "host=db password=*** user=me"},
      {R"(host=db password=hush\ hush user=me)", "host=db password=*** user=me"},
      {"host=db password=hush&hush user=me", "host=db password=*** user=me"},
      {"host=db sslpassword='hush", "host=db sslpassword=***"},
      {"host=db password=", "host=db password=***"},
      {"PASSWORD=a password=b", "PASSWORD=*** password=***"},
  };
  for (const auto& [typed, shown] : table) EXPECT_EQ(without_secrets(typed), shown);
}

}  // namespace
}  // namespace firstcome::text
