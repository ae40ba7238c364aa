package shop;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;

/**
 * Puts issued coupons into the users' wallets. Events of a policy come in the order of its coupons; one may come again,
 * with the same id, after a failure on either side. So the id is kept, in the same transaction.
 */
public class CouponIssuedListener {
  private final Wallets wallets;

  public CouponIssuedListener(Wallets wallets) {
    this.wallets = wallets;
  }

  @KafkaListener(topics = "${shop.coupon-events:coupon-issued}", groupId = "${shop.group:shop-wallets}")
  public void issued(@Payload CouponIssued coupon, @Header("ce_id") byte[] id) {
    wallets.add(new String(id, java.nio.charset.StandardCharsets.US_ASCII), coupon);
  }
}
