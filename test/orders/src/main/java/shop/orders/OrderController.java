package shop.orders;

import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What the shop's pages, its payment provider and its support call. */
@RestController
public class OrderController {
  public record NewOrder(long userId, long policyId, long sequence) {}

  public record GivenBack(long userId, long policyId, long sequence, String reference) {}

  private final Orders orders;

  public OrderController(Orders orders) {
    this.orders = orders;
  }

  @PostMapping("/orders")
  @ResponseStatus(HttpStatus.CREATED)
  Order place(@RequestBody NewOrder order) {
    return orders.place(order.userId(), order.policyId(), order.sequence());
  }

  @GetMapping("/orders/{id}")
  Order find(@PathVariable long id) {
    return orders.find(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
  }

  @PostMapping("/orders/{id}/payment-authorised")
  Order authorised(@PathVariable long id) {
    return changed(orders.authorised(id));
  }

  @PostMapping("/orders/{id}/payment-failed")
  Order paymentFailed(@PathVariable long id) {
    return changed(orders.paymentFailed(id));
  }

  @PostMapping("/orders/{id}/refund")
  Order refund(@PathVariable long id) {
    return changed(orders.refund(id));
  }

  @PostMapping("/coupons/give-back")
  @ResponseStatus(HttpStatus.ACCEPTED)
  void giveBack(@RequestBody GivenBack coupon) {
    orders.giveBack(coupon.reference(), coupon.userId(), coupon.policyId(), coupon.sequence());
  }

  /** 409 to a payment provider means: this payment is not for an open order; void it. */
  private static Order changed(Optional<Order> order) {
    return order.orElseThrow(() -> new ResponseStatusException(HttpStatus.CONFLICT));
  }
}
