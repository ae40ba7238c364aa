package io.firstcome.spring;

import io.firstcome.client.ClientSettings;
import io.firstcome.client.FaultsTest;
import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.FirstcomeClientBuilder;
import java.time.Duration;
import org.springframework.web.client.RestClient;

/** The same faults, with RestClient. */
class RestClientFaultsTest extends FaultsTest {
  @Override
  protected FirstcomeClientBuilder builder(ClientSettings settings) {
    var http = FirstcomeClientBuilder.httpClient(Duration.ofSeconds(1)).build();
    return FirstcomeClient.builder(settings).transport(new RestClientTransport(RestClient.builder(), http, settings.attemptTimeout()));
  }
}
