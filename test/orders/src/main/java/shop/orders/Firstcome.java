package shop.orders;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClient.RequestHeadersSpec.ConvertibleClientHttpResponse;
import org.springframework.web.client.RestClientException;
import shop.orders.CouponCommand.Kind;

/** Sends commands of coupons. */
@Component
public class Firstcome {
  private static final Logger log = LoggerFactory.getLogger(Firstcome.class);

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Body(String reference, long userId, Duration holdFor) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Answer(String result) {}

  private final RestClient http;
  private final Duration holdFor;

  public Firstcome(RestClient.Builder http, @Value("${firstcome.url}") String url, @Value("${firstcome.key}") String key,
      OrderSettings settings) {
    this.http = http.baseUrl(url).defaultHeader("Authorization", "Bearer " + key).build();
    this.holdFor = settings.holdFor();
  }

  /** The final result. Empty: there is none yet, and the command must be sent again. */
  public Optional<String> send(CouponCommand command) {
    var body = new Body(command.reference(), command.userId(), command.command() == Kind.RESERVE ? holdFor : null);
    try {
      return http.post()
          .uri("/v1/policies/{policy}/coupons/{sequence}/{command}", command.policyId(), command.sequence(),
              command.command().name().toLowerCase(Locale.ROOT))
          .contentType(MediaType.APPLICATION_JSON).body(body)
          .exchange((request, answer) -> finalResult(command, answer));
    } catch (RestClientException e) {  // it may have been carried out, or may still be
      log.warn("{}: no answer: {}", command, e.getMessage());
      return Optional.empty();
    }
  }

  /** 503 and 429 pass. 401, 403 and 422 do not, until the key, the address or this program is corrected. */
  private static Optional<String> finalResult(CouponCommand command, ConvertibleClientHttpResponse answer) throws IOException {
    int status = answer.getStatusCode().value();
    if (status == 200 || status == 404 || status == 409) {
      var result = answer.bodyTo(Answer.class).result();
      if (result != null && !result.equals("NOT_FOUND")) return Optional.of(result);  // otherwise the path is wrong, or a proxy answers
    }
    log.warn("{}: status {}", command, status);
    return Optional.empty();
  }
}
