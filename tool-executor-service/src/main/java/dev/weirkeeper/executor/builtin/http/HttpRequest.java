package dev.weirkeeper.executor.builtin.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.weirkeeper.executor.builtin.http.HttpConfig.Method;
import dev.weirkeeper.executor.tool.CallableTool;
import dev.weirkeeper.executor.tool.RetryPolicy;
import dev.weirkeeper.executor.tool.ToolContext;
import dev.weirkeeper.executor.tool.ToolDeclaration;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.wire.ToolErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.CookieJar;
import okhttp3.Dns;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code http_request} tool. Made at run time because its origins and methods are configured.
 * Thread-safe.
 */
public final class HttpRequest implements CallableTool, AutoCloseable {
  private static final int MAX_REDIRECTS = 5;
  private static final int MAX_URL = 4_000;
  private static final int MAX_BODY = 256 * 1024;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> TRANSIENT = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
  private static final List<String> SHOWN_HEADERS =
      List.of("Location", "Retry-After", "ETag", "Last-Modified", "Link", "Allow");

  /**
   * A host whose last label is a number is an address in disguise: 127.1, 0x7f000001, 2130706433.
   */
  private static final Pattern NUMERIC_HOST = Pattern.compile("(.*\\.)?(0x[0-9a-f]*|[0-9]+)\\.?");

  private static final Pattern PLAIN_ADDRESS =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.|$)){4}");

  private final HttpConfig config;
  private final OkHttpClient publicClient;
  private final OkHttpClient privateClient;
  private final ToolDeclaration declaration;

  /** A tool that calls the configured origins. */
  public HttpRequest(HttpConfig config) {
    this(config, Dns.SYSTEM);
  }

  HttpRequest(HttpConfig config, Dns resolver) {
    this.config = config;
    this.publicClient = client(resolver, AddressPolicy.PUBLIC);
    this.privateClient = client(resolver, AddressPolicy.PRIVATE_TOO);
    this.declaration = declare(config);
  }

  private static OkHttpClient client(Dns resolver, AddressPolicy policy) {
    return new OkHttpClient.Builder()
        .dns(new GuardedDns(resolver, policy))
        .socketFactory(new GuardedSockets(policy))
        .proxy(Proxy.NO_PROXY)
        .cookieJar(CookieJar.NO_COOKIES)
        .followRedirects(false)
        .followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .connectTimeout(Duration.ofSeconds(5))
        .connectionPool(new ConnectionPool(5, 1, TimeUnit.MINUTES))
        .build();
  }

  private static ToolDeclaration declare(HttpConfig config) {
    boolean safe = config.methods().stream().allMatch(Method::safe);
    ObjectNode schema = ToolJson.object().put("type", "object").put("additionalProperties", false);
    ObjectNode properties = schema.putObject("properties");
    properties
        .putObject("url")
        .put("type", "string")
        .put("minLength", 1)
        .put("maxLength", MAX_URL)
        .put(
            "description",
            "The whole address with scheme and query. Allowed origins: "
                + Stream.concat(config.hosts().stream(), config.privateHosts().stream())
                    .map(HostRule::toString)
                    .collect(Collectors.joining(", ")));
    ArrayNode methods =
        properties
            .putObject("method")
            .put("type", "string")
            .put("description", "The request method.")
            .put("default", config.methods().getFirst().name())
            .putArray("enum");
    config.methods().forEach(method -> methods.add(method.name()));
    properties
        .putObject("headers")
        .put("type", "object")
        .put(
            "description",
            "Headers by name, such as Accept. Credentials are added by the tool where it has any.")
        .putObject("additionalProperties")
        .put("type", "string");
    if (!safe) {
      properties
          .putObject("body")
          .put("type", "string")
          .put("maxLength", MAX_BODY)
          .put(
              "description", "The request body as text. It is JSON unless Content-Type says else.");
    }
    schema.putArray("required").add("url");
    return new ToolDeclaration(
        "http_request",
        "Calls an HTTP API and returns status, some headers and the body if it is text or JSON."
            + " Only the allowed origins can be reached; redirects elsewhere are refused. A status"
            + " of 400 or more is a result like any other: read the body to see what is wrong."
            + (safe
                ? " It only reads."
                : " Requests can change things on the other side, so a person has to approve"
                    + " them."),
        ToolJson.canonical(schema),
        new ToolDeclaration.Effect(!safe, safe, false),
        Duration.ofSeconds(30),
        new RetryPolicy(3, Duration.ofMillis(500), Duration.ofSeconds(10)),
        64 * 1024,
        "default",
        OptionalInt.empty(),
        Optional.empty(),
        "builtin",
        false);
  }

  @Override
  public ToolDeclaration declaration() {
    return declaration;
  }

  /**
   * What the model is told.
   *
   * @param status of the last response
   * @param url where it came from, if the request was redirected
   * @param headers those worth reading
   * @param body text; absent if it is neither text nor JSON
   * @param note what is missing from it
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Answer(
      int status,
      @Nullable String url,
      @Nullable String contentType,
      Map<String, String> headers,
      @Nullable String body,
      @Nullable String note) {

    Answer from(HttpUrl last) {
      return new Answer(status, last.toString(), contentType, headers, body, note);
    }
  }

  /**
   * Sends the request.
   *
   * @throws ToolFailure if it may not be sent, or no response came
   */
  @Override
  public Answer call(ObjectNode arguments, ToolContext context) {
    Method method =
        Method.valueOf(arguments.path("method").asString(config.methods().getFirst().name()));
    Headers headers = RequestHeaders.of(headers(arguments.path("headers")));
    String body = arguments.path("body").asString("");
    long end = System.nanoTime() + limit(context).toNanos();
    HttpUrl asked = parse(arguments.get("url").asString());
    HttpUrl url = asked;
    for (int hop = 0; ; hop++) {
      Hop sent = send(request(url, method, headers, body, context), end, method, context);
      if (sent.redirect() == null) {
        return url.equals(asked) ? sent.answer() : sent.answer().from(url);
      }
      if (hop == MAX_REDIRECTS) {
        throw ToolFailure.of("the address redirects more than " + MAX_REDIRECTS + " times")
            .hint("call the final address itself, if you know it");
      }
      url = redirected(url, sent.redirect());
    }
  }

  /** A response, and where it says to go on, if the request may be repeated there. */
  private record Hop(Answer answer, @Nullable String redirect) {}

  private Duration limit(ToolContext context) {
    Duration left = context.timeLeft();
    return left.compareTo(config.timeout()) < 0 ? left : config.timeout();
  }

  private static Map<String, String> headers(JsonNode given) {
    Map<String, String> headers = new LinkedHashMap<>();
    given.properties().forEach(entry -> headers.put(entry.getKey(), entry.getValue().asString()));
    return headers;
  }

  private static HttpUrl parse(String text) {
    if (!text.equals(text.strip())
        || text.chars().anyMatch(c -> c <= ' ' || c == 0x7f || c == '\\')) {
      throw ToolFailure.invalidArguments("the url holds spaces, control characters or backslashes")
          .hint("percent-encode them");
    }
    HttpUrl url = HttpUrl.parse(text);
    if (url == null) {
      throw ToolFailure.invalidArguments("the url is no http or https address")
          .hint("write it in full: https://host/path?query");
    }
    return url;
  }

  private HttpUrl redirected(HttpUrl from, String location) {
    HttpUrl target = from.resolve(location);
    if (target == null) {
      throw ToolFailure.of("the address redirects to something that is no http or https address");
    }
    if (from.isHttps() && !target.isHttps()) {
      throw ToolFailure.of("the address redirects from https to http, which is refused");
    }
    try {
      rule(target);
      return target;
    } catch (ToolFailure e) {
      throw ToolFailure.of("the address redirects to one that is not allowed: " + e.message())
          .because(e)
          .hint("it can't be followed; use another source");
    }
  }

  /** The rule that allows this URL; a host listed as private is one, even if a wider rule fits. */
  private HostRule rule(HttpUrl url) {
    if (!url.username().isEmpty() || !url.password().isEmpty()) {
      throw ToolFailure.invalidArguments("a url may not hold a user name or password")
          .hint("leave out what is before the @; credentials are added by the tool's settings");
    }
    if (NUMERIC_HOST.matcher(url.host()).matches()
        && !PLAIN_ADDRESS.matcher(url.host()).matches()) {
      throw ToolFailure.invalidArguments("the host '" + url.host() + "' is an unusual address form")
          .hint("use the host's name");
    }
    return Stream.concat(config.privateHosts().stream(), config.hosts().stream())
        .filter(rule -> rule.allows(url))
        .findFirst()
        .orElseThrow(
            () ->
                ToolFailure.invalidArguments(
                        "the origin " + origin(url) + " is not on the list of allowed ones")
                    .hint("allowed are the origins named in the description of url"));
  }

  private static String origin(HttpUrl url) {
    return url.scheme() + "://" + url.host() + ":" + url.port();
  }

  private Request request(
      HttpUrl url, Method method, Headers headers, String body, ToolContext context) {
    Request.Builder request = new Request.Builder().url(url).headers(headers);
    config.credentials().stream()
        .filter(credential -> credential.origin().allows(url))
        .forEach(credential -> request.header(credential.name(), credential.value().reveal()));
    if (headers.get("User-Agent") == null) {
      request.header("User-Agent", "weirkeeper");
    }
    if (method.safe()) {
      return request.method(method.name(), null).build();
    }
    request.header("Idempotency-Key", "\"" + context.idempotencyKey() + "\"");
    boolean empty = body.isEmpty() && method == Method.DELETE;
    return request
        .method(
            method.name(),
            empty
                ? null
                : RequestBody.create(
                    body.getBytes(StandardCharsets.UTF_8),
                    headers.get("Content-Type") == null ? MediaType.get("application/json") : null))
        .build();
  }

  private Hop send(Request request, long end, Method method, ToolContext context) {
    HostRule rule = rule(request.url());
    long left = end - System.nanoTime();
    if (left <= 0) {
      throw timedOut(null);
    }
    Call call =
        (config.privateHosts().contains(rule) ? privateClient : publicClient).newCall(request);
    call.timeout().timeout(left, TimeUnit.NANOSECONDS);
    try (ToolContext.Registration _ = context.onCancel(call::cancel);
        Response response = call.execute()) {
      return read(response, method);
    } catch (IOException e) {
      throw failure(e, method, request.url());
    }
  }

  private Hop read(Response response, Method method) throws IOException {
    if (method.safe() && TRANSIENT.contains(response.code())) {
      ToolFailure again =
          ToolFailure.retry("the server answered " + response.code() + " " + response.message())
              .detail("status", response.code());
      throw retryAfter(response).map(again::after).orElse(again);
    }
    MediaType type = response.body().contentType();
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : SHOWN_HEADERS) {
      String value = response.header(name);
      if (value != null) {
        headers.put(name, value);
      }
    }
    String contentType = type == null ? null : type.toString();
    Answer answer;
    String redirect =
        method.safe() && REDIRECTS.contains(response.code()) ? response.header("Location") : null;
    if (redirect != null
        || method == Method.HEAD
        || response.code() == 204
        || response.code() == 304) {
      answer = new Answer(response.code(), null, contentType, headers, null, null);
    } else if (!isText(type)) {
      answer =
          new Answer(
              response.code(),
              null,
              contentType,
              headers,
              null,
              "The body is not text, so it is not shown.");
    } else {
      answer = withText(response, type, contentType, headers);
    }
    return new Hop(answer, redirect);
  }

  private Answer withText(
      Response response,
      @Nullable MediaType type,
      @Nullable String contentType,
      Map<String, String> headers)
      throws IOException {
    BufferedSource source = response.body().source();
    Buffer read = new Buffer();
    // One byte more than is shown tells whether there is more. Decompression happens on the way, so
    // a small body that unpacks to a large one is cut as well.
    while (read.size() <= config.maxBytes()
        && source.read(read, config.maxBytes() + 1L - read.size()) != -1) {}
    boolean cut = read.size() > config.maxBytes();
    Charset charset = StandardCharsets.UTF_8;
    if (type != null) {
      Charset declared = type.charset(StandardCharsets.UTF_8);
      charset = declared == null ? StandardCharsets.UTF_8 : declared;
    }
    String text = read.readString(Math.min(read.size(), config.maxBytes()), charset);
    return new Answer(
        response.code(),
        null,
        contentType,
        headers,
        text,
        cut
            ? "The body is longer; only its first " + config.maxBytes() + " bytes were read."
            : null);
  }

  private static boolean isText(@Nullable MediaType type) {
    if (type == null) {
      return true;
    }
    String subtype = type.subtype();
    return type.type().equals("text")
        || (type.type().equals("application")
            && (Set.of("json", "xml", "javascript", "x-ndjson", "yaml", "x-yaml", "graphql")
                    .contains(subtype)
                || subtype.endsWith("+json")
                || subtype.endsWith("+xml")
                || subtype.equals("x-www-form-urlencoded")));
  }

  /** Seconds only; the other form is a date, which needs the two clocks to agree. */
  private static Optional<Duration> retryAfter(Response response) {
    String value = response.header("Retry-After");
    return value != null && value.matches("\\d{1,4}")
        ? Optional.of(Duration.ofSeconds(Math.min(Long.parseLong(value), LONGEST_WAIT.toSeconds())))
        : Optional.empty();
  }

  private static ToolFailure failure(IOException e, Method method, HttpUrl url) {
    if (e instanceof GuardedDns.Refused || e instanceof GuardedSockets.Refused) {
      return ToolFailure.invalidArguments(
              "the host '" + url.host() + "' stands for " + e.getMessage() + ", which is refused")
          .because(e)
          .hint("this tool does not reach private networks; use another source");
    }
    if (e instanceof UnknownHostException) {
      return ToolFailure.retry("the host '" + url.host() + "' could not be found")
          .because(e)
          .hint("check its spelling");
    }
    boolean notSent = e instanceof ConnectException;
    if (!method.safe() && !notSent) {
      return ToolFailure.outcomeUnknown(
              "the connection to '" + url.host() + "' broke before an answer came")
          .because(e)
          .hint("find out on the other side whether the request took effect before repeating it");
    }
    if (e instanceof InterruptedIOException && !notSent) {
      return timedOut(e);
    }
    return ToolFailure.retry("the connection to '" + url.host() + "' failed").because(e);
  }

  private static ToolFailure timedOut(@Nullable IOException e) {
    ToolFailure failure =
        ToolFailure.of(ToolErrorCode.TIMEOUT, "the server took too long to answer")
            .hint("ask for less, or try again later");
    return e == null ? failure : failure.because(e);
  }

  /** Closes idle connections. */
  @Override
  public void close() {
    for (OkHttpClient client : List.of(publicClient, privateClient)) {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
