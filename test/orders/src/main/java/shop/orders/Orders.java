package shop.orders;

import static shop.orders.CouponCommand.Kind.CANCEL;
import static shop.orders.CouponCommand.Kind.RELEASE;
import static shop.orders.CouponCommand.Kind.RESERVE;
import static shop.orders.CouponCommand.Kind.RESTORE;
import static shop.orders.CouponCommand.Kind.USE;
import static shop.orders.OrderState.ABORTED;
import static shop.orders.OrderState.CHECKING;
import static shop.orders.OrderState.PAID;
import static shop.orders.OrderState.REFUNDED;
import static shop.orders.OrderState.REFUNDING;
import static shop.orders.OrderState.REFUSED;
import static shop.orders.OrderState.RESERVED;
import static shop.orders.OrderState.USING;

import io.firstcome.client.CommandResult;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Each change of an order, and the command that follows from it, is one transaction. */
@Service
@Transactional
public class Orders {
  private final JdbcClient database;
  private final CouponOutbox outbox;
  private final OrderSettings settings;

  public Orders(JdbcClient database, CouponOutbox outbox, OrderSettings settings) {
    this.database = database;
    this.outbox = outbox;
    this.settings = settings;
  }

  /** The user goes from the cart to the payment. */
  public Order place(long userId, long policyId, long sequence) {
    var order = database.sql("""
        INSERT INTO shop_order (user_id, policy_id, sequence, state, pay_until)
        VALUES (?, ?, ?, 'CHECKING', now() + make_interval(secs => ?)) RETURNING *""")
        .params(userId, policyId, sequence, settings.payWithin().toSeconds()).query(Order.class).single();
    outbox.add(order, RESERVE);
    return order;
  }

  /** The payment is authorised, and not captured yet: firstcome may still refuse the coupon. */
  public Optional<Order> authorised(long id) {
    var order = move(id, USING, RESERVED);
    order.ifPresent(one -> outbox.add(one, USE));
    return order.or(() -> find(id).filter(one -> one.state() == USING || one.state() == PAID));  // the provider called twice
  }

  public Optional<Order> paymentFailed(long id) {
    var order = move(id, ABORTED, CHECKING, RESERVED);
    order.ifPresent(one -> outbox.add(one, RELEASE));
    return order;
  }

  public Optional<Order> refund(long id) {
    var order = move(id, REFUNDING, PAID);
    order.ifPresent(one -> outbox.add(one, RESTORE));
    return order;
  }

  @Scheduled(fixedDelay = 1_000)
  public void abortUnpaid() {
    database.sql("SELECT id FROM shop_order WHERE state IN ('CHECKING', 'RESERVED') AND pay_until < now() ORDER BY id")
        .query(Long.class).list().forEach(this::paymentFailed);
  }

  /** The user gives the coupon back, or support revokes it. `reference` is the request for it. */
  public void giveBack(String reference, long userId, long policyId, long sequence) {
    outbox.add(reference, userId, policyId, sequence, CANCEL);
  }

  /** firstcome's final answer. Its effect is in the transaction that takes the command out of the outbox, so it has it once. */
  public void answered(CouponCommand command, CommandResult result) {
    if (!outbox.close(command, result.code())) return;
    switch (command.command()) {
      case RESERVE -> move(command.orderId(), result.isDone() ? RESERVED : REFUSED, CHECKING);
      // Here the shop also writes into the outbox of its payments: capture, or void.
      case USE -> move(command.orderId(), result.isDone() ? PAID : REFUSED, USING).ifPresent(this::takeBackIfRefused);
      case RESTORE -> move(command.orderId(), REFUNDED, REFUNDING);
      case RELEASE, CANCEL -> {}  // refused: nothing was held any more, or the coupon cannot be given back
    }
  }

  /** firstcome's event. It may come before the answer, or after it. */
  public void couponUsed(String reference) {
    Order.idOf(reference).flatMap(id -> database.sql("UPDATE shop_order SET coupon_used = true WHERE id = ? RETURNING *").param(id)
        .query(Order.class).optional()).ifPresent(this::takeBackIfRefused);
  }

  /** Kafka may store a record twice. If firstcome refuses the first `use`, it may carry out the second one later. */
  private void takeBackIfRefused(Order order) {
    if (order.state() == REFUSED && order.couponUsed()) outbox.add(order, RESTORE);
  }

  @Transactional(readOnly = true)
  public Optional<Order> find(long id) {
    return database.sql("SELECT * FROM shop_order WHERE id = ?").param(id).query(Order.class).optional();
  }

  /** Empty: the order is in none of these states. The row stays locked until the transaction ends, so changes of an order queue. */
  private Optional<Order> move(long id, OrderState to, OrderState... from) {
    return database.sql("UPDATE shop_order SET state = :to WHERE id = :id AND state IN (:from) RETURNING *")
        .param("to", to.name()).param("id", id).param("from", Stream.of(from).map(OrderState::name).toList())
        .query(Order.class).optional();
  }
}
