package io.firstcome.spring;

import io.firstcome.client.CallListener;
import io.firstcome.client.FirstcomeClient;
import io.firstcome.client.FirstcomeClientBuilder;
import java.net.http.HttpClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.thread.Threading;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.web.client.RestClient;

/** A {@link FirstcomeClient}, if `firstcome.url` is set. */
@AutoConfiguration(after = {RestClientAutoConfiguration.class, SslAutoConfiguration.class})
@ConditionalOnProperty("firstcome.url")
@EnableConfigurationProperties(FirstcomeProperties.class)
public class FirstcomeAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  FirstcomeClient firstcomeClient(FirstcomeProperties properties, ObjectProvider<RestClient.Builder> rest,
      ObjectProvider<SslBundles> bundles, ObjectProvider<CallListener> listener,
      ObjectProvider<FirstcomeClientBuilderCustomizer> customizers, Environment environment) {
    var settings = properties.settings();
    var builder = FirstcomeClient.builder(settings).key(properties.getKey());
    builder.transport(new RestClientTransport(
        rest.getIfAvailable(RestClient::builder), http(properties, bundles, environment), settings.attemptTimeout()));
    listener.ifUnique(builder::listener);
    customizers.orderedStream().forEach(one -> one.customize(builder));
    return builder.build();
  }

  static HttpClient http(FirstcomeProperties properties, ObjectProvider<SslBundles> bundles, Environment environment) {
    var http = FirstcomeClientBuilder.httpClient(properties.getConnectTimeout());
    if (Threading.VIRTUAL.isActive(environment)) http.executor(new VirtualThreadTaskExecutor("firstcome-"));
    var bundle = properties.getSsl().getBundle();
    if (bundle != null) http.sslContext(bundles.getObject().getBundle(bundle).createSslContext());
    return http.build();
  }
}
