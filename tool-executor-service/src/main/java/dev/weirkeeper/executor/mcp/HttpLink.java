package dev.weirkeeper.executor.mcp;

import dev.weirkeeper.executor.mcp.McpServer.Reach;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server behind streamable HTTP: each message is a POST, its answer JSON or a stream of events.
 * Thread-safe.
 */
final class HttpLink implements Link {

  private static final MediaType JSON = MediaType.get("application/json");
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final String VERSION_HEADER = "MCP-Protocol-Version";
  private static final String SESSION_HEADER = "Mcp-Session-Id";
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY = 429;

  private final String server;
  private final Reach.Http how;
  private final OkHttpClient client;
  private volatile String version = "";
  private volatile @Nullable String session;
  private volatile boolean alive = true;

  HttpLink(String server, Reach.Http how) {
    this.server = server;
    this.how = how;
    this.client =
        new OkHttpClient.Builder()
            .followRedirects(false)
            .followSslRedirects(false)
            .retryOnConnectionFailure(false)
            .connectTimeout(CONNECT)
            .readTimeout(Duration.ZERO) // the whole exchange has a limit
            .build();
  }

  @Override
  public ObjectNode ask(Exchange exchange) throws RpcError, LinkFailure, InterruptedException {
    Call call = client.newCall(request(exchange.message(), exchange.headers()));
    call.timeout().timeout(Math.max(1, exchange.atMost().toMillis()), TimeUnit.MILLISECONDS);
    try (Response response = call.execute()) {
      String given = response.header(SESSION_HEADER);
      if (given != null && !stateless()) {
        session = given;
      }
      return answer(exchange, response);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        cancel(exchange);
        throw new InterruptedException();
      }
      throw failure(e);
    }
  }

  private Request request(ObjectNode message, Map<String, String> more) {
    Request.Builder request =
        new Request.Builder()
            .url(how.url().toString())
            .post(RequestBody.create(Messages.bytes(message), JSON));
    how.headers().forEach(request::header);
    request.header("Accept", "application/json, text/event-stream");
    if (!version.isEmpty()) {
      request.header(VERSION_HEADER, version);
    }
    String current = session;
    if (current != null) {
      request.header(SESSION_HEADER, current);
    }
    if (stateless()) {
      ParamHeaders.of(message).forEach(request::header);
      more.forEach(request::header);
    }
    return request.build();
  }

  private boolean stateless() {
    return version.compareTo(McpClient.STATELESS) >= 0;
  }

  private ObjectNode answer(Exchange exchange, Response response)
      throws IOException, RpcError, LinkFailure {
    MediaType type = response.body().contentType();
    boolean events = type != null && type.subtype().equals("event-stream");
    Optional<ObjectNode> answer =
        events
            ? streamed(exchange, response.body().source())
            : Messages.read(whole(response.body().source()));
    if (answer.filter(found -> found.has("result") || found.has("error")).isPresent()) {
      if (response.code() == NOT_FOUND && session != null) {
        alive = false; // the session has ended
      }
      return Messages.result(answer.get());
    }
    if (response.isSuccessful()) {
      throw LinkFailure.unknown(
          "MCP server " + server + (events ? " broke off its answer" : " answered no message"),
          null);
    }
    throw refused(response);
  }

  private LinkFailure refused(Response response) {
    String said = "MCP server " + server + " answered HTTP " + response.code();
    if (response.code() == NOT_FOUND && session != null) {
      alive = false;
      return LinkFailure.notReceived(said + ": its session has ended", null);
    }
    if (response.code() == TOO_MANY) {
      String wait = response.header("Retry-After");
      LinkFailure failure = LinkFailure.notReceived(said, null);
      return wait != null && wait.matches("\\d{1,4}")
          ? failure.after(Duration.ofSeconds(Long.parseLong(wait)))
          : failure;
    }
    return response.code() >= 500
        ? LinkFailure.unknown(said, null)
        : LinkFailure.hopeless(said, null);
  }

  private byte[] whole(BufferedSource source) throws IOException {
    Buffer read = new Buffer();
    while (source.read(read, MAX_MESSAGE + 1L - read.size()) != -1) {
      bounded(read.size());
    }
    return read.readByteArray();
  }

  /** Reads events until the one with the answer; others may tell of progress. */
  private Optional<ObjectNode> streamed(Exchange exchange, BufferedSource source)
      throws IOException {
    long read = 0;
    Buffer event = new Buffer();
    while (!source.exhausted()) {
      String line = source.readUtf8LineStrict(MAX_MESSAGE);
      read += line.length() + 1L;
      bounded(read);
      if (line.startsWith("data:")) {
        event.writeUtf8(line.substring(line.startsWith("data: ") ? 6 : 5));
      } else if (line.isEmpty()) {
        Optional<ObjectNode> message = Messages.read(event.readByteArray());
        if (message.isPresent() && !message.get().has("method")) {
          return message;
        }
        message
            .map(Messages::progress)
            .filter(said -> !said.isBlank())
            .ifPresent(exchange.progress());
      }
    }
    return Messages.read(event.readByteArray());
  }

  private void bounded(long bytes) throws IOException {
    if (bytes > MAX_MESSAGE) {
      throw new IOException(
          "MCP server " + server + " sent an answer of more than " + MAX_MESSAGE + " bytes");
    }
  }

  private LinkFailure failure(IOException e) {
    return e instanceof ConnectException || e instanceof UnknownHostException
        ? LinkFailure.notReceived("MCP server " + server + " can't be reached", e)
        : LinkFailure.unknown("the connection to MCP server " + server + " broke", e);
  }

  /** In the stateless protocol closing the stream says so; before it a message does. */
  private void cancel(Exchange exchange) {
    if (stateless()) {
      return;
    }
    ObjectNode params = Messages.object().put("requestId", exchange.id());
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                tell(Messages.notification("notifications/cancelled", params));
              } catch (LinkFailure e) {
                // It finds out when it answers.
              }
            });
  }

  @Override
  public void tell(ObjectNode notification) throws LinkFailure {
    Call call = client.newCall(request(notification, Map.of()));
    call.timeout().timeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
    try (Response response = call.execute()) {
      if (!response.isSuccessful()) {
        throw refused(response);
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void speak(String agreed) {
    version = agreed;
  }

  @Override
  public boolean alive() {
    return alive;
  }

  @Override
  public void close() {
    alive = false;
    String current = session;
    if (current != null) {
      Request end =
          new Request.Builder()
              .url(how.url().toString())
              .headers(request(Messages.object(), Map.of()).headers())
              .delete()
              .build();
      Call call = client.newCall(end);
      call.timeout().timeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
      try (Response _ = call.execute()) {
        session = null;
      } catch (IOException e) {
        session = null; // it will time out there
      }
    }
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
