package shop.orders;

import io.firstcome.client.CommandResult;
import io.firstcome.client.CouponKey;
import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.FirstcomeException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Sends commands of coupons. */
@Component
public class Firstcome {
  private static final Logger log = LoggerFactory.getLogger(Firstcome.class);

  private final FirstcomeClient client;
  private final OrderSettings settings;

  public Firstcome(FirstcomeClient client, OrderSettings settings) {
    this.client = client;
    this.settings = settings;
  }

  /** The final result. Empty: there is none yet, and the command must be sent again. */
  public Optional<CommandResult> send(CouponCommand command) {
    var coupon = CouponKey.of(command.policyId(), command.sequence()).ownedBy(command.userId());
    var reference = command.reference();
    try {
      return Optional.of(switch (command.command()) {
        case RESERVE -> client.reserve(coupon, reference, settings.holdFor());
        case USE -> client.use(coupon, reference);
        case RELEASE -> client.release(coupon, reference);
        case RESTORE -> client.restore(coupon, reference);
        case CANCEL -> client.cancel(coupon, reference);
      });
    } catch (FirstcomeException e) {  // it may have been carried out; or the key, the address or this program must be corrected
      log.warn("{}: {}", command, e.getMessage());
      return Optional.empty();
    }
  }
}
