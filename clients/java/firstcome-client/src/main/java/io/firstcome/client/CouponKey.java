package io.firstcome.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Names a coupon: by policy and sequence, or by its code. */
public final class CouponKey {
  private final String path;
  private final OptionalLong userId;

  private CouponKey(String path, OptionalLong userId) {
    this.path = path;
    this.userId = userId;
  }

  public static CouponKey of(long policyId, long sequence) {
    return new CouponKey("/v1/policies/" + policyId + "/coupons/" + sequence, OptionalLong.empty());
  }

  /** A generated code in upper or lower case, an imported one exactly as it is in the list. */
  public static CouponKey ofCode(String code) {
    return new CouponKey("/v1/coupons/" + URLEncoder.encode(code, StandardCharsets.UTF_8).replace("+", "%20"), OptionalLong.empty());
  }

  /** The same coupon, if it belongs to this user. Of another user's coupon a command returns UNKNOWN_COUPON. */
  public CouponKey ownedBy(long userId) {
    return new CouponKey(path, OptionalLong.of(userId));
  }

  String path() {
    return path;
  }

  OptionalLong userId() {
    return userId;
  }

  @Override
  public String toString() {
    return path.substring("/v1/".length());
  }
}
