package shop;

import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;

/**
 * Reads dead letters as a shop's listener reads those of Spring's DeadLetterPublishingRecoverer. Arguments: the brokers and
 * the topic. For each line on its standard input it prints the next letter: its original topic, partition and offset, and
 * the reason.
 */
@Configuration
@EnableKafka
class DeadLetters {
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  public static void main(String[] words) throws InterruptedException {
    System.setProperty("brokers", words[0]);
    System.setProperty("topic", words[1]);
    try (var context = new AnnotationConfigApplicationContext(DeadLetters.class)) {
      context.getBean(DeadLetters.class).answer();
    }
  }

  private void answer() throws InterruptedException {
    for (var lines = new Scanner(System.in); lines.hasNextLine(); lines.nextLine()) System.out.println(seen.take());
  }

  // docs/guide/spring.md begins
  @KafkaListener(topics = "${topic}", groupId = "dead-letters")
  void letter(@Payload(required = false) byte[] value,
              @Header(KafkaHeaders.DLT_ORIGINAL_TOPIC) String topic,
              @Header(KafkaHeaders.DLT_ORIGINAL_PARTITION) int partition,
              @Header(KafkaHeaders.DLT_ORIGINAL_OFFSET) long offset,
              @Header(KafkaHeaders.DLT_ORIGINAL_TIMESTAMP) long millis,
              @Header(KafkaHeaders.DLT_EXCEPTION_MESSAGE) String reason) {
    seen.add(topic + ' ' + partition + ' ' + offset + ' ' + reason);
  }
  // docs/guide/spring.md ends

  @Bean
  ConcurrentKafkaListenerContainerFactory<byte[], byte[]> kafkaListenerContainerFactory() {
    var factory = new ConcurrentKafkaListenerContainerFactory<byte[], byte[]>();
    factory.setConsumerFactory(new DefaultKafkaConsumerFactory<>(
        Map.of("bootstrap.servers", System.getProperty("brokers"), "auto.offset.reset", "earliest"),
        new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    return factory;
  }
}
