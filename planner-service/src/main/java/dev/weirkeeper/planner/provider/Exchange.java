package dev.weirkeeper.planner.provider;

import dev.weirkeeper.planner.dialect.Failure;
import dev.weirkeeper.planner.dialect.ProviderErrors;
import dev.weirkeeper.planner.dialect.Remedy;
import dev.weirkeeper.planner.dialect.Reply;
import dev.weirkeeper.planner.dialect.ReplyReader;
import dev.weirkeeper.planner.dialect.ServerSentEvents;
import dev.weirkeeper.planner.dialect.TokenCount;
import dev.weirkeeper.planner.dialect.UnusableReplyException;
import dev.weirkeeper.wire.ModelErrorKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** One request and what comes back. Used once, by one thread. */
final class Exchange {

  private static final MediaType JSON = MediaType.get("application/json");
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int MAX_ERROR_BYTES = 64 << 10;

  private final ReplyReader reader;
  private final Body body;
  private final int maxReplyBytes;
  private final InstantSource clock;
  private final Instant sentAt;
  private final Call call;

  private @Nullable Integer status;
  private Headers headers = Headers.EMPTY;
  private @Nullable Duration firstContent;

  /**
   * What came of it: a reply or a failure.
   *
   * @param tokens what is known of the tokens used; complete and zero if nothing was charged
   * @param status absent: no answer came
   * @param headers of the answer; empty if none came
   * @param firstContent from the request to the first piece of the reply; absent: not streamed
   */
  record Outcome(
      Optional<Reply> reply,
      Optional<Failure> failure,
      TokenCount tokens,
      @Nullable Integer status,
      Headers headers,
      @Nullable Duration firstContent) {}

  /** The request's body, streamed from its parts. Knows whether it was sent to the end. */
  static final class Body extends RequestBody {

    private final List<byte[]> parts;
    private volatile boolean sent;

    Body(List<byte[]> parts) {
      this.parts = parts;
    }

    @Override
    public MediaType contentType() {
      return JSON;
    }

    @Override
    public long contentLength() {
      long length = 0;
      for (byte[] part : parts) {
        length += part.length;
      }
      return length;
    }

    @Override
    public boolean isOneShot() {
      // Keeps the HTTP client from sending it again by itself: there is one retry layer.
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      for (byte[] part : parts) {
        sink.write(part);
      }
      sent = true;
    }
  }

  Exchange(
      OkHttpClient http,
      Request.Builder request,
      Body body,
      ReplyReader reader,
      int maxReplyBytes,
      InstantSource clock) {
    this.body = body;
    this.reader = reader;
    this.maxReplyBytes = maxReplyBytes;
    this.clock = clock;
    this.sentAt = clock.instant();
    this.call = http.newCall(request.post(body).build());
  }

  /** Sends the request and reads the answer, until it ends or the call is cancelled. */
  Outcome run(Cancellation cancellation) {
    try (Cancellation.Registration _ = cancellation.onCancel(call::cancel);
        Response response = call.execute()) {
      status = response.code();
      headers = response.headers();
      if (!response.isSuccessful()) {
        return refused(response);
      }
      Reply reply = read(response);
      return outcome(Optional.of(reply), Optional.empty(), reader.tokens());
    } catch (UnusableReplyException e) {
      return failed(e.failure());
    } catch (IOException e) {
      return broken(e, cancellation);
    }
  }

  private Outcome refused(Response response) throws IOException {
    String said = new String(start(response.body().byteStream()), StandardCharsets.UTF_8);
    Failure failure =
        response.isRedirect()
            ? new Failure(
                ModelErrorKind.INVALID_REQUEST,
                "HTTP "
                    + response.code()
                    + ": the base URL does not answer itself, name the final one",
                Remedy.GIVE_UP)
            : ProviderErrors.of(
                response.code(), Optional.ofNullable(headers.get("x-should-retry")), said);
    return outcome(Optional.empty(), Optional.of(failure), TokenCount.NONE);
  }

  /** What could be read of an error's words; a broken answer with an error status is still one. */
  private static byte[] start(InputStream in) {
    byte[] bytes = new byte[MAX_ERROR_BYTES];
    int length = 0;
    try {
      for (int n = 0;
          n >= 0 && length < bytes.length;
          n = in.read(bytes, length, bytes.length - length)) {
        length += n;
      }
    } catch (IOException _) {
      // The status says enough.
    }
    return Arrays.copyOf(bytes, length);
  }

  private Reply read(Response response) throws IOException, UnusableReplyException {
    MediaType type = response.body().contentType();
    InputStream in = response.body().byteStream();
    if (type != null && type.subtype().equals("event-stream")) {
      return stream(in);
    }
    byte[] all = in.readNBytes(maxReplyBytes + 1);
    if (all.length > maxReplyBytes) {
      throw tooLong();
    }
    return reader.whole(new String(all, StandardCharsets.UTF_8));
  }

  private Reply stream(InputStream in) throws IOException, UnusableReplyException {
    ServerSentEvents events = new ServerSentEvents(maxReplyBytes);
    byte[] buffer = new byte[BUFFER_BYTES];
    long total = 0;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      total += n;
      if (total > maxReplyBytes) {
        throw tooLong();
      }
      events.feed(buffer, 0, n);
      for (ServerSentEvents.Event event = events.next(); event != null; event = events.next()) {
        boolean complete = reader.event(event);
        if (firstContent == null && reader.begun()) {
          firstContent = Duration.between(sentAt, clock.instant());
        }
        if (complete) {
          return reader.finish();
        }
      }
    }
    return reader.finish();
  }

  private UnusableReplyException tooLong() {
    return UnusableReplyException.nonsense("it is longer than " + maxReplyBytes + " bytes");
  }

  /** A failure that the provider reported, or that its reply is. */
  private Outcome failed(Failure failure) {
    boolean charged = failure.remedy() == Remedy.ASK_AGAIN || reader.begun();
    return outcome(Optional.empty(), Optional.of(failure), charged ? soFar() : TokenCount.NONE);
  }

  private Outcome broken(IOException e, Cancellation cancellation) {
    boolean sent = body.sent;
    TokenCount tokens = sent ? soFar() : TokenCount.NONE;
    if (cancellation.cancelled() || Thread.currentThread().isInterrupted()) {
      return outcome(
          Optional.empty(),
          Optional.of(
              new Failure(
                  ModelErrorKind.CANCELLED,
                  sent
                      ? "the call was cancelled while the reply was awaited"
                      : "the call was cancelled before it was sent",
                  Remedy.GIVE_UP)),
          tokens);
    }
    boolean timeout = sent && e instanceof InterruptedIOException;
    String what =
        timeout
            ? "the provider fell silent (" + words(e) + ")"
            : sent
                ? "the connection broke before the reply was complete (" + words(e) + ")"
                : "the request could not be sent (" + words(e) + ")";
    return outcome(
        Optional.empty(),
        Optional.of(
            new Failure(
                timeout ? ModelErrorKind.TIMEOUT : ModelErrorKind.CONNECTION,
                what,
                sent ? Remedy.ASK_AGAIN : Remedy.SEND_AGAIN)),
        tokens);
  }

  private TokenCount soFar() {
    TokenCount known = reader.tokens();
    return new TokenCount(known.usage(), false, known.raw());
  }

  private static String words(IOException e) {
    return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
  }

  private Outcome outcome(Optional<Reply> reply, Optional<Failure> failure, TokenCount tokens) {
    return new Outcome(reply, failure, tokens, status, headers, firstContent);
  }
}
