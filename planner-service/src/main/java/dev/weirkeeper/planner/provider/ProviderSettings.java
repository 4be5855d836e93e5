package dev.weirkeeper.planner.provider;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.wire.ModelChoice;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How providers are reached and how patiently.
 *
 * @param anthropic address and key for the Anthropic format
 * @param openAi address and key for both OpenAI formats
 * @param maxConcurrentCalls requests under way to one address at a time, 1 or more
 * @param maxRequests requests of one call, the first included, 1 or more
 * @param firstWait wait before the second request, doubled for each further one
 * @param longestWait longest wait before a request; a provider that asks for more is given up
 * @param connectTimeout longest time to a connection
 * @param keepAlive how long an idle connection is kept; a request sent on a connection that the
 *     other side is just closing is lost with its fate unknown, so this is less than the five
 *     seconds that many servers keep one
 * @param silenceTimeout longest time without a byte from the provider
 * @param callTimeout longest time from request to end of reply
 * @param maxReplyBytes largest reply read
 */
public record ProviderSettings(
    Endpoint anthropic,
    Endpoint openAi,
    int maxConcurrentCalls,
    int maxRequests,
    Duration firstWait,
    Duration longestWait,
    Duration connectTimeout,
    Duration keepAlive,
    Duration silenceTimeout,
    Duration callTimeout,
    int maxReplyBytes) {

  public static final Setting<URI> ANTHROPIC_BASE_URL =
      address("provider.anthropic.base-url", "https://api.anthropic.com")
          .alsoFrom("ANTHROPIC_BASE_URL")
          .describedAs("where the Anthropic format is served");

  public static final Setting<Optional<Secret>> ANTHROPIC_API_KEY =
      key("provider.anthropic.api-key")
          .alsoFrom("ANTHROPIC_API_KEY")
          .describedAs("key for provider.anthropic.base-url; sent nowhere else");

  public static final Setting<URI> OPENAI_BASE_URL =
      address("provider.openai.base-url", "https://api.openai.com/v1")
          .alsoFrom("OPENAI_BASE_URL")
          .describedAs("where the two OpenAI formats are served");

  public static final Setting<Optional<Secret>> OPENAI_API_KEY =
      key("provider.openai.api-key")
          .alsoFrom("OPENAI_API_KEY")
          .describedAs("key for provider.openai.base-url; sent nowhere else");

  public static final Setting<Integer> MAX_CONCURRENT_CALLS =
      Setting.integer("provider.max-concurrent-calls")
          .defaultsTo("256")
          .between("1", "100000")
          .describedAs("requests under way to one address at a time");

  public static final Setting<Integer> MAX_REQUESTS =
      Setting.integer("provider.max-requests")
          .defaultsTo("5")
          .between("1", "20")
          .describedAs("requests of one model call, the first included");

  public static final Setting<Duration> FIRST_WAIT =
      Setting.duration("provider.first-wait")
          .defaultsTo("500ms")
          .between("1ms", "1m")
          .describedAs("wait before the second request, doubled for each further one");

  public static final Setting<Duration> LONGEST_WAIT =
      Setting.duration("provider.longest-wait")
          .defaultsTo("60s")
          .between("1ms", "1h")
          .describedAs("longest wait before a request; a provider that asks for more is given up");

  public static final Setting<Duration> CONNECT_TIMEOUT =
      Setting.duration("provider.connect-timeout")
          .defaultsTo("10s")
          .between("1ms", "5m")
          .describedAs("longest time to a connection");

  public static final Setting<Duration> KEEP_ALIVE =
      Setting.duration("provider.keep-alive")
          .defaultsTo("4s")
          .between("1ms", "1h")
          .describedAs("how long an idle connection is kept; less than the provider keeps it");

  public static final Setting<Duration> SILENCE_TIMEOUT =
      Setting.duration("provider.silence-timeout")
          .defaultsTo("2m")
          .between("1ms", "1h")
          .describedAs("longest time without a byte from the provider");

  public static final Setting<Duration> CALL_TIMEOUT =
      Setting.duration("provider.call-timeout")
          .defaultsTo("15m")
          .between("1ms", "6h")
          .describedAs("longest time from a request to the end of its reply");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(
          ANTHROPIC_BASE_URL,
          ANTHROPIC_API_KEY,
          OPENAI_BASE_URL,
          OPENAI_API_KEY,
          MAX_CONCURRENT_CALLS,
          MAX_REQUESTS,
          FIRST_WAIT,
          LONGEST_WAIT,
          CONNECT_TIMEOUT,
          KEEP_ALIVE,
          SILENCE_TIMEOUT,
          CALL_TIMEOUT);

  private static final int MAX_REPLY_BYTES = 32 << 20;

  /**
   * An address and the key that belongs to it.
   *
   * @param baseUrl http or https, with or without the version in its path
   * @param key sent to this address only; absent: none is sent
   */
  public record Endpoint(URI baseUrl, Optional<Secret> key) {

    /** True if both are served by the same host and port with the same scheme. */
    boolean sameOrigin(URI other) {
      return baseUrl.getScheme().equalsIgnoreCase(other.getScheme())
          && String.valueOf(baseUrl.getHost()).equalsIgnoreCase(String.valueOf(other.getHost()))
          && port(baseUrl) == port(other);
    }

    private static int port(URI address) {
      return address.getPort() >= 0
          ? address.getPort()
          : address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
  }

  /** Takes this record's part of a service's settings. */
  public static ProviderSettings from(Settings settings) {
    return new ProviderSettings(
        new Endpoint(settings.get(ANTHROPIC_BASE_URL), settings.get(ANTHROPIC_API_KEY)),
        new Endpoint(settings.get(OPENAI_BASE_URL), settings.get(OPENAI_API_KEY)),
        settings.get(MAX_CONCURRENT_CALLS),
        settings.get(MAX_REQUESTS),
        settings.get(FIRST_WAIT),
        settings.get(LONGEST_WAIT),
        settings.get(CONNECT_TIMEOUT),
        settings.get(KEEP_ALIVE),
        settings.get(SILENCE_TIMEOUT),
        settings.get(CALL_TIMEOUT),
        MAX_REPLY_BYTES);
  }

  /**
   * Where a model is called, and with which key. An address of the agent's own gets the configured
   * key only if it is on the configured host: a definition must not be able to send a key
   * elsewhere.
   *
   * @throws IllegalArgumentException if the agent's address is no http address
   */
  Endpoint endpoint(ModelChoice choice) {
    Endpoint configured =
        switch (choice.getProvider()) {
          case ANTHROPIC_MESSAGES -> anthropic;
          case OPENAI_CHAT_COMPLETIONS, OPENAI_RESPONSES -> openAi;
        };
    String own = choice.getBaseUrl();
    if (own == null) {
      return configured;
    }
    URI address = URI.create(own.strip());
    if (!isHttp(address)) {
      throw new IllegalArgumentException("it must be an http or https address");
    }
    return configured.sameOrigin(address)
        ? new Endpoint(address, configured.key())
        : new Endpoint(address, Optional.empty());
  }

  private static Setting<URI> address(String key, String byDefault) {
    return Setting.uri(key)
        .where(ProviderSettings::isHttp, "an http or https address")
        .defaultsTo(byDefault);
  }

  private static Setting<Optional<Secret>> key(String key) {
    return Setting.secret(key)
        .where(
            secret -> secret.reveal().chars().allMatch(c -> c > ' ' && c < 0x7f),
            "printable characters without spaces")
        .optional();
  }

  private static boolean isHttp(URI address) {
    return address.getHost() != null
        && ("http".equalsIgnoreCase(address.getScheme())
            || "https".equalsIgnoreCase(address.getScheme()));
  }
}
