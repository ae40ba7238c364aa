package shop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;

/** For the tests: writes a JWKS with a new key to a file, and prints a token for policy 7 a user, one a line. */
public final class SignTokens {
  public static void main(String[] arguments) throws Exception {
    var tokens = arguments[0].equals("ES256") ? es256() : hs256();
    Files.writeString(Path.of(arguments[1]), UserTokens.jwks(tokens));
    for (int i = 2; i < arguments.length; ++i) {
      System.out.println(tokens.sign(Long.parseLong(arguments[i]), Duration.ofMinutes(10), 7));
    }
  }

  private static UserTokens es256() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return UserTokens.es256(generator.generateKeyPair(), "2026-12");
  }

  private static UserTokens hs256() {
    var secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    return UserTokens.hs256(secret, "2026-12");
  }
}
