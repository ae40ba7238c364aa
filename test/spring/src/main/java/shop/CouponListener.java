package shop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;

/**
 * Keeps the users' wallets. Events of a policy come in the order in which things happened; one may come again, with the
 * same id, after a failure on either side. So the id is kept, in the same transaction.
 */
public class CouponListener {
  private final Wallets wallets;

  public CouponListener(Wallets wallets) {
    this.wallets = wallets;
  }

  @KafkaListener(topics = "${shop.coupon-events:coupon-issued}", groupId = "${shop.group:shop-wallets}")
  public void happened(@Payload CouponEvent event, @Header("ce_type") byte[] type, @Header("ce_id") byte[] idOfEvent) {
    var id = new String(idOfEvent, US_ASCII);
    switch (new String(type, US_ASCII)) {
      case "firstcome.coupon.issued.v1" -> wallets.add(id, event);
      case "firstcome.coupon.used.v1" -> wallets.mark(id, event, "used");
      case "firstcome.coupon.restored.v1" -> wallets.mark(id, event, "");
      case "firstcome.coupon.cancelled.v1" -> wallets.mark(id, event, "cancelled");
      default -> {}  // policies, and types that come later
    }
  }
}
