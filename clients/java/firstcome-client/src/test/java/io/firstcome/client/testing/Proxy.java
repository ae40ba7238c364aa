package io.firstcome.client.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Stands between a client and a server, passes bytes on, and does what a bad network does. One address, whatever is behind it. */
public final class Proxy implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile URI target;
  private volatile UnaryOperator<String> answers = UnaryOperator.identity();

  public Proxy(URI target) {
    this.target = target;
    try {
      listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(this::accept);
  }

  /** An address at which nothing listens. */
  public static URI nowhere() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Connections from now on go there. */
  public void lead(URI to) {
    target = to;
  }

  /** How many connections there have been. */
  public int connections() {
    return connections.get();
  }

  public void pass() {
    answers = UnaryOperator.identity();
  }

  /** Changes the text of answers. */
  public void rewrite(UnaryOperator<String> text) {
    answers = text;
  }

  /** Answers do not come, and connections stay open: requests reach the server. */
  public void hold() {
    answers = text -> {
      wait(closed);
      return "";
    };
  }

  /** The first half of each answer comes, its end does not. */
  public void holdEnds() {
    answers = text -> text.substring(0, text.length() - 1);
  }

  /** This many answers are lost, with their connections. */
  public void lose(int count) {
    var left = new AtomicInteger(count);
    answers = text -> left.getAndDecrement() > 0 ? null : text;
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
      for (var socket : open) socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    try {
      while (true) {
        var client = listener.accept();
        open.add(client);
        connections.incrementAndGet();
        start(() -> connect(client));
      }
    } catch (IOException e) {
      // it is closed
    }
  }

  private void connect(Socket client) {
    try {
      var server = new Socket(target.getHost(), target.getPort());
      open.add(server);
      start(() -> passOn(client, server, UnaryOperator.identity()));
      passOn(server, client, text -> answers.apply(text));
    } catch (IOException e) {
      close(client);  // nothing is there
    }
  }

  private void passOn(Socket from, Socket to, UnaryOperator<String> change) {
    var bytes = new byte[65536];
    try {
      for (int count = from.getInputStream().read(bytes); count >= 0; count = from.getInputStream().read(bytes)) {
        var text = change.apply(new String(bytes, 0, count, ISO_8859_1));
        if (text == null) break;
        to.getOutputStream().write(text.getBytes(ISO_8859_1));
      }
    } catch (IOException e) {
      // one side has closed it
    }
    close(from);
    close(to);
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed
    }
  }

  private static void wait(CountDownLatch event) {
    try {
      event.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void start(Runnable step) {
    var thread = new Thread(step, "proxy");
    thread.setDaemon(true);
    thread.start();
  }
}
