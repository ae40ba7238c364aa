package shop;

import java.time.LocalDateTime;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.SendResult;
import org.springframework.kafka.support.serializer.JsonSerializer;

/** Requests coupons through Kafka. The events report which users got one. */
public class CouponRequests {
  private final KafkaTemplate<String, CouponIssueMessage> kafka;
  private final String topic;
  private final AtomicLong sequenceNumber = new AtomicLong();

  public CouponRequests(KafkaTemplate<String, CouponIssueMessage> kafka, String topic) {
    this.kafka = kafka;
    this.topic = topic;
  }

  public static KafkaTemplate<String, CouponIssueMessage> template(String brokers) {
    return new KafkaTemplate<>(new DefaultKafkaProducerFactory<>(
        Map.of("bootstrap.servers", brokers, "acks", "all", "enable.idempotence", true), new StringSerializer(),
        new JsonSerializer<>()));
  }

  /** The key is the policy id, so the record goes to the home partition of the policy. */
  public CompletableFuture<SendResult<String, CouponIssueMessage>> ask(long userId, int policyId) {
    var message = new CouponIssueMessage(userId, policyId, LocalDateTime.now(), sequenceNumber.incrementAndGet());
    return kafka.send(topic, Integer.toString(policyId), message);
  }
}
