package shop.orders;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import shop.orders.CouponCommand.Kind;

@Repository
public class CouponOutbox {
  private final JdbcClient database;
  private final OrderSettings settings;

  public CouponOutbox(JdbcClient database, OrderSettings settings) {
    this.database = database;
    this.settings = settings;
  }

  /** In the transaction of the caller: the command is sent if, and only if, that commits. */
  @Transactional(propagation = Propagation.MANDATORY)
  public void add(Order order, Kind command) {
    add(order.reference(), order.id(), order.userId(), order.policyId(), order.sequence(), command);
  }

  /** A command that is not for an order. */
  @Transactional(propagation = Propagation.MANDATORY)
  public void add(String reference, long userId, long policyId, long sequence, Kind command) {
    add(reference, null, userId, policyId, sequence, command);
  }

  /**
   * Takes the next command. If its result is not recorded in time, for example because this process dies, it is taken again. The
   * commands of one reference are taken one after the other: a release is not sent before its reserve has a result.
   */
  @Transactional
  public Optional<CouponCommand> take() {
    return database.sql("""
        UPDATE coupon_outbox SET attempts = attempts + 1, due_at = now() + make_interval(secs => ?)
        WHERE id = (SELECT id FROM coupon_outbox AS next
                    WHERE result IS NULL AND due_at <= now() AND NOT EXISTS (
                      SELECT FROM coupon_outbox AS earlier
                      WHERE earlier.reference = next.reference AND earlier.id < next.id AND earlier.result IS NULL)
                    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, reference, order_id, user_id, policy_id, sequence, command""")
        .param(settings.sendAgainAfter().toSeconds()).query(CouponCommand.class).optional();
  }

  /** False: it had a result already. */
  @Transactional(propagation = Propagation.MANDATORY)
  public boolean close(CouponCommand command, String result) {
    return database.sql("UPDATE coupon_outbox SET result = ? WHERE id = ? AND result IS NULL")
        .params(result, command.id()).update() == 1;
  }

  /** Sends it again soon, later after each attempt. */
  @Transactional
  public void retry(CouponCommand command) {
    database.sql("UPDATE coupon_outbox SET due_at = now() + make_interval(secs => least(attempts, 30)) WHERE id = ?")
        .param(command.id()).update();
  }

  private void add(String reference, Long orderId, long userId, long policyId, long sequence, Kind command) {
    database.sql("""
        INSERT INTO coupon_outbox (reference, order_id, user_id, policy_id, sequence, command) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (policy_id, sequence, command, reference) DO NOTHING""")
        .params(reference, orderId, userId, policyId, sequence, command.name()).update();
  }
}
