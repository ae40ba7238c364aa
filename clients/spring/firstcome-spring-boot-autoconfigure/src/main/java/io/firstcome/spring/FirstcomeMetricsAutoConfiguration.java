package io.firstcome.spring;

import io.firstcome.client.CallListener;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/** Timers of calls, if Micrometer is there. */
@AutoConfiguration(before = FirstcomeAutoConfiguration.class,
    afterName = "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnProperty("firstcome.url")
public class FirstcomeMetricsAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  CallListener firstcomeCallListener(MeterRegistry registry) {
    return new MicrometerCallListener(registry);
  }
}
