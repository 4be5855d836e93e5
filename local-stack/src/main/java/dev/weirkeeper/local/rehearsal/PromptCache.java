package dev.weirkeeper.local.rehearsal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Counts a request's input as the provider does: by prefix, in the order model, tools, system,
 * messages. What stands before a breakpoint is written to the cache, and read from it when a later
 * request begins with the same. Thread-safe.
 */
final class PromptCache {

  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);
  private static final Duration ONE_HOUR = Duration.ofHours(1);
  private static final int MAX_PREFIXES = 100_000;
  private static final long TOKENS_PER_MESSAGE = 4;

  private final long smallest;
  private final InstantSource clock;
  private final Map<String, Instant> livesUntil =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MAX_PREFIXES;
        }
      };

  /**
   * An empty cache.
   *
   * @param smallest shortest prefix that is kept, in tokens
   */
  PromptCache(long smallest, InstantSource clock) {
    this.smallest = smallest;
    this.clock = clock;
  }

  /** A place in the prompt: the hash and the length of all before it. */
  private record Prefix(String hash, long tokens, @Nullable Duration breakpoint) {}

  /** The input classes of a request, which from now on is in the cache; output is zero. */
  synchronized TokenClasses count(MessagesRequest request) {
    Instant now = clock.instant();
    List<Prefix> prefixes = prefixes(request);
    long total = prefixes.getLast().tokens;
    int last = prefixes.size() - 1;
    while (last >= 0 && prefixes.get(last).breakpoint == null) {
      last--;
    }
    long kept = last < 0 ? 0 : prefixes.get(last).tokens;
    if (kept < smallest) {
      return new TokenClasses(total, 0, 0, 0, 0);
    }
    long read = 0;
    for (int i = last; i >= 0 && read == 0; i--) {
      Instant until = livesUntil.get(prefixes.get(i).hash);
      if (until != null && now.isBefore(until)) {
        read = prefixes.get(i).tokens;
      }
    }
    boolean oneHour = false;
    for (int i = 0; i <= last; i++) {
      Prefix prefix = prefixes.get(i);
      if (prefix.breakpoint != null && prefix.tokens >= smallest) {
        livesUntil.put(prefix.hash, now.plus(prefix.breakpoint));
        oneHour = prefix.breakpoint.equals(ONE_HOUR);
      }
    }
    long written = kept - read;
    return new TokenClasses(total - kept, oneHour ? 0 : written, oneHour ? written : 0, read, 0);
  }

  private static List<Prefix> prefixes(MessagesRequest request) {
    JsonNode body = request.body();
    List<Prefix> prefixes = new ArrayList<>();
    MessageDigest digest = sha256();
    long tokens = 0;
    String head = request.model() + body.path("tools") + body.path("system");
    tokens += add(digest, head);
    Duration system = breakpointIn(body.path("tools"), breakpointIn(body.path("system"), null));
    prefixes.add(new Prefix(soFar(digest), tokens, system));
    JsonNode messages = body.path("messages");
    for (int i = 0; i < messages.size(); i++) {
      tokens += TOKENS_PER_MESSAGE + add(digest, messages.get(i).toString());
      Duration own = breakpointIn(messages.get(i).path("content"), null);
      boolean end = i == messages.size() - 1;
      prefixes.add(
          new Prefix(
              soFar(digest),
              tokens,
              end && own == null && body.path("cache_control").isObject()
                  ? time(body.path("cache_control"))
                  : own));
    }
    return prefixes;
  }

  private static @Nullable Duration breakpointIn(JsonNode blocks, @Nullable Duration otherwise) {
    Duration found = otherwise;
    for (JsonNode block : blocks) {
      if (block.path("cache_control").isObject()) {
        found = time(block.path("cache_control"));
      }
    }
    return found;
  }

  private static Duration time(JsonNode cacheControl) {
    return cacheControl.path("ttl").asString("5m").equals("1h") ? ONE_HOUR : FIVE_MINUTES;
  }

  private static long add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(bytes);
    digest.update((byte) 0);
    return TokenClasses.of(bytes.length);
  }

  private static String soFar(MessageDigest digest) {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
