package dev.weirkeeper.audit.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that are valid now: those of the settings and those of a file, which is read again
 * when it has changed, so that a token can be given or taken without a restart.
 *
 * <p>Thread-safe.
 */
public final class Tokens {

  private static final Logger log = LoggerFactory.getLogger(Tokens.class);

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Longer texts are no tokens and are not hashed. */
  private static final int LONGEST = 256;

  private final List<Token> fixed;
  private final Optional<Path> file;
  private final InstantSource clock;

  private volatile Map<String, Token> byHash;
  private @Nullable FileTime seen;
  private long nextLook;

  private Tokens(List<Token> fixed, Optional<Path> file, InstantSource clock) {
    this.fixed = fixed;
    this.file = file;
    this.clock = clock;
    this.byHash = index(fixed);
  }

  /**
   * Opens the tokens.
   *
   * @param lines tokens of the settings
   * @param file tokens of a file; it need not exist yet
   * @throws IllegalArgumentException naming a line that is wrong
   */
  public static Tokens open(List<String> lines, Optional<Path> file, InstantSource clock) {
    Tokens tokens = new Tokens(TokenFile.parse(lines, "console.tokens"), file, clock);
    if (file.isPresent()) {
      try {
        tokens.load(file.get(), modified(file.get()));
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "the token file %s can't be read (%s)".formatted(file.get(), e), e);
      }
      tokens.nextLook = System.nanoTime() + LOOK.toNanos();
    }
    return tokens;
  }

  /** True if nobody can get in. */
  public boolean isEmpty() {
    look();
    return byHash.isEmpty();
  }

  /** The token that a secret proves, if it is valid now. */
  public Optional<Token> find(String secret) {
    look();
    if (secret.isEmpty() || secret.length() > LONGEST) {
      return Optional.empty();
    }
    return Optional.ofNullable(byHash.get(Token.hash(secret)))
        .filter(token -> !token.expired(clock.instant()));
  }

  /** True if a token is still valid. */
  public boolean holds(Token token) {
    look();
    return token.equals(byHash.get(token.hash())) && !token.expired(clock.instant());
  }

  /** Every token, expired ones too. */
  public List<Token> all() {
    look();
    return List.copyOf(byHash.values());
  }

  private void look() {
    if (file.isEmpty()) {
      return;
    }
    synchronized (this) {
      if (System.nanoTime() - nextLook < 0) {
        return;
      }
      nextLook = System.nanoTime() + LOOK.toNanos();
      Path path = file.get();
      try {
        FileTime now = modified(path);
        if (!java.util.Objects.equals(now, seen)) {
          load(path, now);
          log.info("{} tokens read from {}", byHash.size(), path);
        }
      } catch (IOException | IllegalArgumentException e) {
        // Whoever was let in stays in: a file that is broken for a moment locks nobody out.
        log.warn("the tokens stay as they were: {}", e.getMessage());
      }
    }
  }

  private void load(Path path, @Nullable FileTime modified) throws IOException {
    List<Token> all = new ArrayList<>(fixed);
    all.addAll(new TokenFile(path).read());
    byHash = index(all);
    seen = modified;
  }

  private static @Nullable FileTime modified(Path path) throws IOException {
    return Files.exists(path) ? Files.getLastModifiedTime(path) : null;
  }

  private static Map<String, Token> index(List<Token> tokens) {
    Map<String, Token> index = new HashMap<>();
    tokens.forEach(token -> index.put(token.hash(), token));
    return Map.copyOf(index);
  }
}
