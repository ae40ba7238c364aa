package shop.orders;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.ExponentialBackOff;

@Configuration
public class EventErrors {
  /** Retries without a limit. Spring's own handler skips an event after ten attempts. */
  @Bean
  DefaultErrorHandler untilItSucceeds() {
    var pauses = new ExponentialBackOff(100, 2);
    pauses.setMaxInterval(10_000);
    return new DefaultErrorHandler(pauses);
  }
}
