package shop.orders;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/** A shop's orders, which hold and use coupons of firstcome. Any number of instances may run on one database. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class OrderService {
  public static void main(String[] arguments) {
    SpringApplication.run(OrderService.class, arguments);
  }
}
