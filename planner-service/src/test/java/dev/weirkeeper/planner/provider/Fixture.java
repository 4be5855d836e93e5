package dev.weirkeeper.planner.provider;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okio.ByteString;

/** Requests and responses as providers document them, from the test resources. */
public final class Fixture {

  private Fixture() {}

  /** A file as text, line ends at its end left out. */
  public static String text(String name) {
    try (InputStream in = Fixture.class.getResourceAsStream("/wire/" + name)) {
      if (in == null) {
        throw new AssertionError("no fixture " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static MockResponse stream(String name) {
    return new MockResponse.Builder()
        .setHeader("content-type", "text/event-stream; charset=utf-8")
        .setHeader("request-id", "req_1")
        .body(text(name) + "\n\n")
        .build();
  }

  static MockResponse json(String name) {
    return new MockResponse.Builder()
        .setHeader("content-type", "application/json")
        .setHeader("request-id", "req_1")
        .body(text(name))
        .build();
  }

  static String body(RecordedRequest request) {
    ByteString body = request.getBody();
    return body == null ? "" : body.utf8();
  }
}
