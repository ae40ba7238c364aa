package shop.orders;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Counts what happens to coupons. An event may come again; its id, which is its place in the journal, is kept with its effect. */
@Component
public class CouponEvents {
  private final JdbcClient database;
  private final Orders orders;

  public CouponEvents(JdbcClient database, Orders orders) {
    this.database = database;
    this.orders = orders;
  }

  @KafkaListener(topics = "${orders.coupon-events}", groupId = "${spring.application.name}")
  @Transactional
  public void happened(@Payload CouponEvent event, @Header("ce_type") byte[] type, @Header("ce_id") byte[] id) {
    switch (new String(type, US_ASCII)) {
      case "firstcome.coupon.used.v1" -> {
        if (count(id, event, 1, 0, 0)) orders.couponUsed(event.reference());
      }
      case "firstcome.coupon.restored.v1" -> count(id, event, 0, 1, 0);
      case "firstcome.coupon.cancelled.v1" -> count(id, event, 0, 0, 1);
      default -> {}  // issued coupons, policies, and types that come later
    }
  }

  /** False: the event had its effect before. */
  private boolean count(byte[] id, CouponEvent event, int used, int restored, int cancelled) {
    boolean first = database.sql("INSERT INTO processed_event (id) VALUES (?) ON CONFLICT DO NOTHING")
        .param(new String(id, US_ASCII)).update() == 1;
    if (!first) return false;
    database.sql("""
        INSERT INTO coupon_report AS report (policy_id, used, restored, cancelled) VALUES (?, ?, ?, ?)
        ON CONFLICT (policy_id) DO UPDATE SET used = report.used + excluded.used,
          restored = report.restored + excluded.restored, cancelled = report.cancelled + excluded.cancelled""")
        .params(event.policyId(), used, restored, cancelled).update();
    return true;
  }
}
