package shop.orders;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Sends what is in the outbox, until each command has a final result. */
@Component
public class CouponSender {
  private final CouponOutbox outbox;
  private final Firstcome firstcome;
  private final Orders orders;

  public CouponSender(CouponOutbox outbox, Firstcome firstcome, Orders orders) {
    this.outbox = outbox;
    this.firstcome = firstcome;
    this.orders = orders;
  }

  @Scheduled(fixedDelay = 100)
  public void sendAll() {
    for (var next = outbox.take(); next.isPresent(); next = outbox.take()) {
      var command = next.get();
      firstcome.send(command).ifPresentOrElse(result -> orders.answered(command, result), () -> outbox.retry(command));
    }
  }
}
