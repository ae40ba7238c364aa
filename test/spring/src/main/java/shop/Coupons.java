package shop;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The listener of the documentation, with wallets in memory. Arguments: the brokers and the topic. For each number on its
 * standard input it waits until that many different events of coupons have come, and prints one line:
 * POLICY=SEQUENCE,SEQUENCE… for each policy, in the order of arrival. "-used" and "-cancelled" follow a sequence.
 */
class Coupons implements Wallets {
  private final Set<String> seen = new HashSet<>();
  private final Map<Long, Map<Long, String>> wallets = new TreeMap<>();

  public static void main(String[] words) throws InterruptedException {
    var coupons = new Coupons();
    try (var context = new AnnotationConfigApplicationContext()) {
      context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", Map.of(
          "spring.kafka.bootstrap-servers", words[0], "shop.coupon-events", words[1], "shop.group", words[1] + "-shop")));
      context.registerBean(Wallets.class, () -> coupons);
      context.register(CouponListening.class);
      context.refresh();
      for (var lines = new Scanner(System.in); lines.hasNextLine();) {
        System.out.println(coupons.waitFor(Integer.parseInt(lines.nextLine())));
      }
    }
  }

  @Override
  public synchronized void add(String eventId, CouponEvent coupon) {
    mark(eventId, coupon, "");
  }

  @Override
  public synchronized void mark(String eventId, CouponEvent coupon, String state) {
    if (!seen.add(eventId)) return;
    wallets.computeIfAbsent(coupon.policyId(), policy -> new LinkedHashMap<>()).put(coupon.sequence(), state);
    notifyAll();
  }

  private synchronized String waitFor(int count) throws InterruptedException {
    while (seen.size() < count) wait();
    return wallets.entrySet().stream()
        .map(one -> one.getKey() + "=" + one.getValue().entrySet().stream().map(Coupons::text).collect(Collectors.joining(",")))
        .collect(Collectors.joining(" "));
  }

  private static String text(Map.Entry<Long, String> coupon) {
    return coupon.getKey() + (coupon.getValue().isEmpty() ? "" : "-" + coupon.getValue());
  }
}
