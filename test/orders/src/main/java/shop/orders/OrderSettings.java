package shop.orders;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

@ConfigurationProperties("orders")
public record OrderSettings(String couponEvents, Duration payWithin, Duration holdFor, Duration sendAgainAfter) {}
