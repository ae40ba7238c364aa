package shop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.serializer.JsonSerializer;

/**
 * Sends requests for coupons as the services of a shop do. Arguments: the brokers and the topic. It reads commands from its
 * standard input, and answers each with one line when all its records are acknowledged:
 *
 * <pre>  HOW DATES KEYS FIRST COUNT POLICY...</pre>
 *
 * COUNT users from FIRST on request a coupon of each policy, user after user. HOW: `plain` (kafka-clients and Jackson),
 * `template` (KafkaTemplate with JsonSerializer, which adds the header __TypeId__), `untyped` (without that header),
 * `service` (CouponRequests of the guide), `transaction` (KafkaTemplate.executeInTransaction),
 * `aborted` (a transaction that fails after its last record). DATES:
 * `iso` or `array`, Jackson's two ways to write a LocalDateTime. KEYS: `sequence` and `policy` (in decimal),
 * `sequence-long` and `policy-long` (8 bytes), `none`.
 */
class Requests {
  private static final Map<String, Function<CouponIssueMessage, Object>> KEYS = Map.of(
      "sequence", message -> Long.toString(message.sequenceNumber()),
      "policy", message -> Integer.toString(message.policyId()),
      "sequence-long", message -> message.sequenceNumber(),
      "policy-long", message -> (long) message.policyId(),
      "none", message -> null);

  /** Thrown in a transaction to abort it. */
  private static class GivenUp extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private interface Sender {
    void send(List<Integer> policies, long firstUser, long users);
  }

  private final String brokers;
  private final String topic;
  private final Map<String, Sender> senders = new HashMap<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private long sequenceNumber;

  private Requests(String brokers, String topic) {
    this.brokers = brokers;
    this.topic = topic;
  }

  public static void main(String[] words) {
    var requests = new Requests(words[0], words[1]);
    for (var lines = new Scanner(System.in); lines.hasNextLine();) {
      requests.carryOut(lines.nextLine().split(" "));
      System.out.println("done");
    }
  }

  private void carryOut(String[] line) {
    String how = line[0] + ' ' + line[1] + ' ' + line[2];
    var policies = java.util.Arrays.stream(line).skip(5).map(Integer::valueOf).toList();
    senders.computeIfAbsent(how, name -> sender(line[0], mapper(line[1]), KEYS.get(line[2])))
        .send(policies, Long.parseLong(line[3]), Long.parseLong(line[4]));
    if (failure.get() != null) throw new IllegalStateException(failure.get());
  }

  private static ObjectMapper mapper(String dates) {
    return JsonMapper.builder().addModule(new JavaTimeModule())
        .configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, dates.equals("array")).build();
  }

  private Sender sender(String how, ObjectMapper mapper, Function<CouponIssueMessage, Object> key) {
    if (how.equals("plain")) return plain(mapper, key);
    if (how.equals("service")) return service();
    var json = new JsonSerializer<CouponIssueMessage>(mapper);
    if (how.equals("untyped")) json = json.noTypeInfo();
    var factory = new DefaultKafkaProducerFactory<Object, CouponIssueMessage>(settings(), keys(), json);
    if (how.equals("transaction") || how.equals("aborted")) factory.setTransactionIdPrefix(topic + '-' + how + '-');
    var template = new KafkaTemplate<>(factory);
    return switch (how) {
      case "transaction" -> (policies, first, users) -> template.executeInTransaction(own -> {
        each(policies, first, users, message -> send(own, key, message));
        return null;
      });
      case "aborted" -> (policies, first, users) -> {
        try {
          template.executeInTransaction(own -> {
            each(policies, first, users, message -> own.send(topic, key.apply(message), message));
            own.flush();  // they are in the topic, but must not count
            throw new GivenUp();
          });
        } catch (GivenUp asMeant) {
          // The template has aborted the transaction.
        }
      };
      default -> (policies, first, users) -> {
        each(policies, first, users, message -> send(template, key, message));
        template.flush();
      };
    };
  }

  private void send(org.springframework.kafka.core.KafkaOperations<Object, CouponIssueMessage> template,
                    Function<CouponIssueMessage, Object> key, CouponIssueMessage message) {
    template.send(topic, key.apply(message), message).whenComplete((sent, failed) -> note(failed));
  }

  private Sender service() {
    var service = new CouponRequests(CouponRequests.template(brokers), topic);
    return (policies, first, users) -> each(policies, first, users, message ->
        service.ask(message.userId(), message.policyId()).whenComplete((sent, failed) -> note(failed)).join());
  }

  private Sender plain(ObjectMapper mapper, Function<CouponIssueMessage, Object> key) {
    Serializer<CouponIssueMessage> json = (topic, message) -> {
      try {
        return mapper.writeValueAsBytes(message);
      } catch (java.io.IOException impossible) {
        throw new java.io.UncheckedIOException(impossible);
      }
    };
    var producer = new KafkaProducer<Object, CouponIssueMessage>(settings(), keys(), json);
    return (policies, first, users) -> {
      each(policies, first, users, message -> producer.send(new ProducerRecord<>(topic, key.apply(message), message),
                                                            (sent, failed) -> note(failed)));
      producer.flush();
    };
  }

  private void each(List<Integer> policies, long first, long users, java.util.function.Consumer<CouponIssueMessage> send) {
    for (long user = first; user < first + users; ++user) {
      for (int policy : policies) {
        send.accept(new CouponIssueMessage(user, policy, LocalDateTime.now(), ++sequenceNumber));
      }
    }
  }

  private void note(Throwable failed) {
    if (failed != null) failure.compareAndSet(null, failed);
  }

  private Map<String, Object> settings() {
    return Map.of("bootstrap.servers", brokers);
  }

  private static Serializer<Object> keys() {
    var words = new StringSerializer();
    var numbers = new LongSerializer();
    return (topic, key) -> key instanceof Long number ? numbers.serialize(topic, number)
                                                      : words.serialize(topic, (String) key);
  }
}
