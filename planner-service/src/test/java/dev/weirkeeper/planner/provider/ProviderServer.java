package dev.weirkeeper.planner.provider;

import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.planner.dialect.Fixture;
import dev.weirkeeper.schemas.price.PriceBook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ServerSocketFactory;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A provider that answers as told, and a client of it that waits without time passing: its clock
 * moves by what it would have waited.
 */
final class ProviderServer implements BeforeEachCallback, AfterEachCallback {

  static final String KEY = "sk-test-0123456789";
  static final PriceBook PRICES = PriceBook.shipped();

  final MockWebServer server = new MockWebServer();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-23T12:00:00Z"));
  private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
  private volatile Runnable onWait = () -> {};
  private final List<ModelClient> clients = new ArrayList<>();

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    server.setServerSocketFactory(new SendsAtOnce());
    server.start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    clients.forEach(ModelClient::close);
    server.close();
  }

  void answer(MockResponse response) {
    server.enqueue(response);
  }

  RecordedRequest taken() throws InterruptedException {
    RecordedRequest request = server.takeRequest(5, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request came");
    }
    return request;
  }

  List<Duration> waits() {
    return List.copyOf(waits);
  }

  InstantSource clock() {
    return now::get;
  }

  ModelClient client() {
    return client(settings());
  }

  ModelClient client(ProviderSettings settings) {
    ModelClient client =
        new ModelClient(
            settings,
            PRICES,
            clock(),
            Redaction.byForm(),
            (time, cancellation) -> {
              waits.add(time);
              onWait.run();
              now.updateAndGet(instant -> instant.plus(time));
              return cancellation.cancelled();
            },
            () -> 0.5);
    clients.add(client);
    return client;
  }

  /** Does something whenever the client would wait. */
  void onWait(Runnable action) {
    onWait = action;
  }

  ProviderSettings settings() {
    return settings(server.url("/").uri(), 64, Duration.ofSeconds(5));
  }

  ProviderSettings at(URI address) {
    return settings(address, 64, Duration.ofSeconds(5));
  }

  ProviderSettings withPlaces(int places) {
    return settings(server.url("/").uri(), places, Duration.ofSeconds(5));
  }

  ProviderSettings silentFor(Duration silence) {
    return settings(server.url("/").uri(), 64, silence);
  }

  private static ProviderSettings settings(URI address, int places, Duration silence) {
    return new ProviderSettings(
        new ProviderSettings.Endpoint(address, Optional.of(Secret.of(KEY))),
        new ProviderSettings.Endpoint(address, Optional.of(Secret.of(KEY))),
        places,
        5,
        Duration.ofMillis(500),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        silence,
        Duration.ofSeconds(20),
        1 << 20);
  }

  /** A streamed reply of the fixtures. */
  static MockResponse stream(String name) {
    return new MockResponse.Builder()
        .setHeader("content-type", "text/event-stream; charset=utf-8")
        .setHeader("request-id", "req_1")
        .body(Fixture.text(name) + "\n\n")
        .build();
  }

  /** A reply of the fixtures that comes in one piece. */
  static MockResponse json(String name) {
    return new MockResponse.Builder()
        .setHeader("content-type", "application/json")
        .setHeader("request-id", "req_1")
        .body(Fixture.text(name))
        .build();
  }

  static String body(RecordedRequest request) {
    ByteString body = request.getBody();
    return body == null ? "" : body.utf8();
  }

  /** Keeps TCP from holding small pieces of an answer back, which would slow every test down. */
  private static final class SendsAtOnce extends ServerSocketFactory {

    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new ServerSocket() {
        @Override
        public Socket accept() throws IOException {
          Socket socket = super.accept();
          socket.setTcpNoDelay(true);
          return socket;
        }
      };
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return createServerSocket(port, 0, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return createServerSocket(port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress address)
        throws IOException {
      ServerSocket socket = createServerSocket();
      socket.bind(new InetSocketAddress(address, port), backlog);
      return socket;
    }
  }
}
