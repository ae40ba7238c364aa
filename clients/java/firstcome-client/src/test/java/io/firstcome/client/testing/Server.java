package io.firstcome.client.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A real `firstcome serve` on free ports. FIRSTCOME_BINARY names the program. */
public final class Server implements AutoCloseable {
  private static final Pattern ADDRESSES = Pattern.compile("users (https?://[^ ,]+), admin (https?://[^ ]+)");

  private final Process process;
  private final List<String> log = new ArrayList<>();
  private final URI users;
  private final URI admin;

  private Server(Process process) throws IOException {
    this.process = process;
    var lines = process.errorReader();
    String addresses = "";
    for (String line = ""; !line.contains("ready after");) {
      line = lines.readLine();
      if (line == null) throw new IllegalStateException("firstcome has ended:\n" + String.join("\n", log));
      log.add(line);
      if (ADDRESSES.matcher(line).find()) addresses = line;
    }
    var found = ADDRESSES.matcher(addresses);
    if (!found.find()) throw new IllegalStateException("no addresses in:\n" + String.join("\n", log));
    users = URI.create(found.group(1));
    admin = URI.create(found.group(2));
    var rest = new Thread(() -> read(lines), "log of firstcome");
    rest.setDaemon(true);
    rest.start();
  }

  /** `--press-rate 0`: tests press faster than customers. */
  public static Server start(Path data, String... flags) {
    var command = new ArrayList<>(List.of(binary(), "serve", "--data", data.toString(), "--listen", "127.0.0.1:0", "--admin-listen",
        "127.0.0.1:0"));
    if (!List.of(flags).contains("--press-rate")) command.addAll(List.of("--press-rate", "0"));
    command.addAll(List.of(flags));
    try {
      return new Server(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A key that `--keys-file` accepts. */
  public static String key(Path keysFile, String name, String scopes) {
    return run("key", "new", "--name", name, "--scopes", scopes, "--keys-file", keysFile.toString()).strip();
  }

  /** What a command prints. */
  public static String run(String... words) {
    var command = new ArrayList<>(List.of(binary()));
    command.addAll(List.of(words));
    try {
      var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      var printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) throw new IllegalStateException(command + " failed");
      return printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public URI users() {
    return users;
  }

  public URI admin() {
    return admin;
  }

  public void createPolicy(long id, long maxCount) {
    createPolicy("{\"id\":" + id + ",\"name\":\"Policy " + id + "\",\"maxCount\":" + maxCount + "}", "");
  }

  public void createPolicy(String json, String key) {
    var answer = post("/v1/policies", json, key);
    if (answer.statusCode() != 201) throw new IllegalStateException(answer.body());
  }

  /** On the admin listener. */
  public HttpResponse<String> post(String path, String json, String key) {
    var request = HttpRequest.newBuilder(admin.resolve(path)).header("Content-Type", "application/json");
    if (!key.isEmpty()) request.header("Authorization", "Bearer " + key);
    return send(request.POST(BodyPublishers.ofString(json)).build());
  }

  public String get(String path, String key) {
    return send(HttpRequest.newBuilder(users.resolve(path)).header("Authorization", "Bearer " + key).build()).body();
  }

  /** Ends it as a power cut would. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  /** Freezes it, like a machine that hangs. */
  public void freeze() {
    signal("STOP");
  }

  @Override
  public void close() {
    if (!process.isAlive()) return;
    signal("CONT");
    process.destroy();
    await();
  }

  public String logText() {
    synchronized (log) {
      return String.join("\n", log);
    }
  }

  private void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void await() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) throw new IllegalStateException("firstcome does not end:\n" + logText());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse<String> send(HttpRequest request) {
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void read(BufferedReader lines) {
    try (lines) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (log) {
          log.add(line);
        }
      }
    } catch (IOException e) {
      // it has ended
    }
  }

  private static String binary() {
    var named = System.getenv("FIRSTCOME_BINARY");
    if (named == null) throw new IllegalStateException("the tests need a server: FIRSTCOME_BINARY=…/build/release/bin/firstcome mvn verify");
    return named;
  }
}
