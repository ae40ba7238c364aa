package shop;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Map;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.support.serializer.ErrorHandlingDeserializer;
import org.springframework.kafka.support.serializer.JsonDeserializer;
import org.springframework.util.backoff.ExponentialBackOff;

/** The configuration of the listener; Spring Boot creates most of it from application.yaml. */
@Configuration
@EnableKafka
public class CouponListening {
  @Bean
  ConcurrentKafkaListenerContainerFactory<String, CouponEvent> kafkaListenerContainerFactory(
      @Value("${spring.kafka.bootstrap-servers}") String brokers) {
    var mapper = JsonMapper.builder().addModule(new JavaTimeModule()).build();
    var json = new ErrorHandlingDeserializer<>(new JsonDeserializer<>(CouponEvent.class, mapper, false));
    var factory = new ConcurrentKafkaListenerContainerFactory<String, CouponEvent>();
    factory.setConsumerFactory(new DefaultKafkaConsumerFactory<>(
        Map.of("bootstrap.servers", brokers, "auto.offset.reset", "earliest"), new StringDeserializer(), json));
    factory.setConcurrency(3);  // a thread a partition: order within a policy stays
    // For ever: one that was skipped would be a coupon its user never sees.
    factory.setCommonErrorHandler(new DefaultErrorHandler(new ExponentialBackOff(100, 2)));
    return factory;
  }

  @Bean
  CouponListener couponListener(Wallets wallets) {
    return new CouponListener(wallets);
  }
}
