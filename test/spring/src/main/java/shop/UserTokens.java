package shop;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs user tokens for firstcome: each names one user and expires. Needs only the JDK. Any thread may use it. */
public final class UserTokens {
  private interface Signer {
    byte[] sign(byte[] text) throws GeneralSecurityException;
  }

  private final String header;
  private final String jwk;
  private final Signer signer;

  private UserTokens(String algorithm, String keyId, String keyMembers, Signer signer) {
    this.header = base64(("{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}".formatted(algorithm, keyId)).getBytes(StandardCharsets.UTF_8));
    this.jwk = "{%s,\"use\":\"sig\",\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(keyMembers, algorithm, keyId);
    this.signer = signer;
  }

  /** The edges get the public key only. `keys` is on the curve secp256r1 (P-256). */
  public static UserTokens es256(KeyPair keys, String keyId) {
    var point = ((ECPublicKey) keys.getPublic()).getW();
    var members = "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\""
        .formatted(base64(bytes(point.getAffineX())), base64(bytes(point.getAffineY())));
    return new UserTokens("ES256", keyId, members, text -> {
      var signature = Signature.getInstance("SHA256withECDSAinP1363Format");  // r and s, as a JWT has them
      signature.initSign(keys.getPrivate());
      signature.update(text);
      return signature.sign();
    });
  }

  /** The edges get the secret, of at least 32 random bytes, and could sign tokens, too. */
  public static UserTokens hs256(byte[] secret, String keyId) {
    return new UserTokens("HS256", keyId, "\"kty\":\"oct\",\"k\":\"%s\"".formatted(base64(secret)), text -> {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(text);
    });
  }

  /** A token for this user, with which it may request coupons of these policies. */
  public String sign(long userId, Duration lifetime, long... policies) {
    var claims = "{\"iss\":\"shop\",\"aud\":\"firstcome\",\"sub\":\"%d\",\"exp\":%d,\"policies\":[%s]}".formatted(userId,
        Instant.now().plus(lifetime).getEpochSecond(),
        LongStream.of(policies).mapToObj(Long::toString).collect(Collectors.joining(",")));
    var text = header + '.' + base64(claims.getBytes(StandardCharsets.UTF_8));
    try {
      return text + '.' + base64(signer.sign(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the token cannot be signed", e);
    }
  }

  /** What --jwt-keys reads. With several keys, tokens of each are accepted. */
  public static String jwks(UserTokens... keys) {
    return Arrays.stream(keys).map(key -> key.jwk).collect(Collectors.joining(",", "{\"keys\":[", "]}"));
  }

  private static byte[] bytes(BigInteger coordinate) {
    var bytes = coordinate.toByteArray();  // may begin with a zero, or be shorter
    var fixed = new byte[32];
    int length = Math.min(bytes.length, fixed.length);
    System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
    return fixed;
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
