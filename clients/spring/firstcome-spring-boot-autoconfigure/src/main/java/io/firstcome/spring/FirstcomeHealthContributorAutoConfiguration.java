package io.firstcome.spring;

import io.firstcome.client.FirstcomeClient;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** `firstcome` in /actuator/health, if Actuator is there. `management.health.firstcome.enabled=false` removes it. */
@AutoConfiguration(after = FirstcomeAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(FirstcomeClient.class)
public class FirstcomeHealthContributorAutoConfiguration {
  @Bean
  @ConditionalOnEnabledHealthIndicator("firstcome")  // not on the class: without Actuator its condition cannot be loaded
  @ConditionalOnMissingBean(name = "firstcomeHealthIndicator")
  FirstcomeHealthIndicator firstcomeHealthIndicator(FirstcomeClient client) {
    return new FirstcomeHealthIndicator(client);
  }
}
