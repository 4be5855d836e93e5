package dev.weirkeeper.planner.provider;

import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.schemas.price.PriceBook;
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
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
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
  private final List<ModelClient> clients = new ArrayList<>();

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
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
            (time, cancellation) -> {
              waits.add(time);
              now.updateAndGet(instant -> instant.plus(time));
              return cancellation.cancelled();
            },
            () -> 0.5);
    clients.add(client);
    return client;
  }

  ProviderSettings settings() {
    URI address = server.url("/").uri();
    return new ProviderSettings(
        new ProviderSettings.Endpoint(address, Optional.of(Secret.of(KEY))),
        new ProviderSettings.Endpoint(address, Optional.of(Secret.of(KEY))),
        64,
        5,
        Duration.ofMillis(500),
        Duration.ofSeconds(60),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        1 << 20);
  }
}
