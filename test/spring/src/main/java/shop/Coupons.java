package shop;

import java.util.HashSet;
import java.util.List;
import java.util.ArrayList;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The listener of the documentation, with wallets in memory. Arguments: the brokers and the topic. For each number on its
 * standard input it waits until the wallets have that many coupons, and prints one line: POLICY=SEQUENCE,SEQUENCE…
 * for each policy, in the order of arrival.
 */
class Coupons implements Wallets {
  private final Set<String> seen = new HashSet<>();
  private final Map<Long, List<Long>> sequences = new TreeMap<>();

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
  public synchronized void add(String eventId, CouponIssued coupon) {
    if (!seen.add(eventId)) return;
    sequences.computeIfAbsent(coupon.policyId(), policy -> new ArrayList<>()).add(coupon.sequence());
    notifyAll();
  }

  private synchronized String waitFor(int count) throws InterruptedException {
    while (seen.size() < count) wait();
    return sequences.entrySet().stream()
        .map(one -> one.getKey() + "=" + one.getValue().stream().map(String::valueOf).collect(Collectors.joining(",")))
        .collect(Collectors.joining(" "));
  }
}
