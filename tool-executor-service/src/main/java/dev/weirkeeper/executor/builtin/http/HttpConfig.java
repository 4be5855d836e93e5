package dev.weirkeeper.executor.builtin.http;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where {@code http_request} may go, and how far.
 *
 * @param hosts origins on the public Internet
 * @param privateHosts origins on private networks, each a single host
 * @param methods what may be asked of them
 * @param maxBytes longest response body that is read
 * @param timeout longest request, redirects included
 * @param credentials headers that are added for some origins
 */
public record HttpConfig(
    List<HostRule> hosts,
    List<HostRule> privateHosts,
    List<Method> methods,
    int maxBytes,
    Duration timeout,
    List<Credential> credentials) {

  /** Request methods that can be allowed. */
  public enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    PATCH,
    DELETE;

    /** True if a request changes nothing on the other side (RFC 9110, section 9.2.1). */
    boolean safe() {
      return this == GET || this == HEAD;
    }
  }

  /**
   * A header for an origin.
   *
   * @param origin a single host
   * @param name of the header
   * @param value never shown
   */
  record Credential(HostRule origin, String name, Secret value) {

    /** Reads {@code https://api.example.com Authorization: Bearer abc}. */
    static Credential parse(String line) {
      String[] parts = line.strip().split("[ \t]+", 2);
      int colon = parts.length == 2 ? parts[1].indexOf(':') : -1;
      if (colon < 1 || parts[1].substring(colon + 1).isBlank()) {
        throw new IllegalArgumentException(
            "lines such as: https://api.example.com Authorization: Bearer <token>");
      }
      HostRule origin = HostRule.parse(parts[0]);
      if (!origin.single() || origin.port().isEmpty()) {
        throw new IllegalArgumentException("a credential for a single host and port");
      }
      return new Credential(
          origin,
          parts[1].substring(0, colon).strip(),
          Secret.of(parts[1].substring(colon + 1).strip()));
    }
  }

  public static final Setting<Optional<List<HostRule>>> HOSTS =
      Setting.list("tools.http.hosts")
          .as(items -> items.stream().map(HostRule::parse).toList())
          .optional()
          .describedAs(
              "origins that http_request may call: api.example.com, *.example.org, or * for every"
                  + " public host; https and port 443 unless written otherwise");

  public static final Setting<Optional<List<HostRule>>> PRIVATE_HOSTS =
      Setting.list("tools.http.private-hosts")
          .as(items -> items.stream().map(HttpConfig::singleHost).toList())
          .optional()
          .describedAs(
              "origins that it may call although their address is private or loopback, one by one:"
                  + " http://intranet:8080");

  public static final Setting<List<Method>> METHODS =
      Setting.list("tools.http.methods")
          .as(items -> items.stream().map(HttpConfig::method).distinct().toList())
          .defaultsTo("GET,HEAD")
          .describedAs(
              "methods it may use, of GET, HEAD, POST, PUT, PATCH and DELETE; with any but GET and"
                  + " HEAD the tool counts as destructive and asks for approval");

  public static final Setting<Integer> MAX_RESPONSE =
      Setting.bytes("tools.http.max-response")
          .between("1KiB", "8MiB")
          .as(Math::toIntExact)
          .defaultsTo("256KiB")
          .describedAs("longest response body it reads, after decompression");

  public static final Setting<Duration> TIMEOUT =
      Setting.duration("tools.http.timeout")
          .defaultsTo("15s")
          .between("100ms", "25s")
          .describedAs("longest request, redirects included");

  public static final Setting<Optional<Secret>> CREDENTIALS =
      Setting.secret("tools.http.credentials")
          .optional()
          .describedAs(
              "headers to add, one line each: https://api.example.com Authorization: Bearer …; best"
                  + " given as ${file:/path}");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(HOSTS, PRIVATE_HOSTS, METHODS, MAX_RESPONSE, TIMEOUT, CREDENTIALS);

  /**
   * Takes this record's part of an executor's settings.
   *
   * @throws IllegalArgumentException if a credential can't be read
   */
  public static HttpConfig from(Settings settings) {
    return new HttpConfig(
        settings.get(HOSTS).orElse(List.of()),
        settings.get(PRIVATE_HOSTS).orElse(List.of()),
        settings.get(METHODS),
        settings.get(MAX_RESPONSE),
        settings.get(TIMEOUT),
        settings
            .get(CREDENTIALS)
            .map(secret -> secret.reveal().lines())
            .orElse(Stream.empty())
            .filter(line -> !line.isBlank())
            .map(Credential::parse)
            .toList());
  }

  /** True if there is any origin to call. */
  public boolean offers() {
    return !(hosts.isEmpty() && privateHosts.isEmpty());
  }

  private static HostRule singleHost(String text) {
    HostRule rule = HostRule.parse(text);
    if (!rule.single() || rule.port().isEmpty()) {
      throw new IllegalArgumentException(
          "single hosts with at most one port, such as http://intranet:8080, without *");
    }
    return rule;
  }

  private static Method method(String text) {
    return Arrays.stream(Method.values())
        .filter(method -> method.name().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("of GET, HEAD, POST, PUT, PATCH and DELETE"));
  }
}
