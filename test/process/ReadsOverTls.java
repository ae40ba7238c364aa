import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** java ReadsOverTls.java CA_FILE URL: prints the protocol, the status and the body of POST and GET on one client. */
class ReadsOverTls {
  public static void main(String[] words) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null);
    try (InputStream file = Files.newInputStream(Path.of(words[0]))) {
      trusted.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    HttpClient client = HttpClient.newBuilder().sslContext(context).build();  // offers h2 and http/1.1
    HttpRequest issue =
        HttpRequest.newBuilder(URI.create(words[1] + "/v1/policies/1/coupons"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"userId\":42}"))
            .build();
    HttpRequest document = HttpRequest.newBuilder(URI.create(words[1] + "/openapi.json")).build();
    for (HttpRequest request : new HttpRequest[] {issue, document}) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      System.out.println(response.version() + " " + response.sslSession().get().getProtocol() + " "
          + response.statusCode() + " " + response.body().length());
    }
  }
}
