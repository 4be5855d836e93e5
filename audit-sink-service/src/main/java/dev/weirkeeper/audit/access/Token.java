package dev.weirkeeper.audit.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A token as it is kept: on one line, {@code name roles tenants sha256 [expiry]}, such as {@code
 * maria approver,operator acme 9f86…0a08 2027-01-01T00:00:00Z}.
 *
 * @param name who holds it: stands in decisions and logs
 * @param roles what it is for, one or more
 * @param tenants whose records it sees
 * @param hash SHA-256 of the token, in lower-case hex
 * @param expires when it stops working; empty: never
 */
public record Token(
    String name, Set<Role> roles, Tenants tenants, String hash, Optional<Instant> expires) {

  private static final String MARK = "weir_";
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  public Token {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")) {
      throw new IllegalArgumentException(
          "'%s' can't name a token: 1 to 64 letters, digits and . _ @ + -, beginning with a letter or digit"
              .formatted(name));
    }
    if (roles.isEmpty()) {
      throw new IllegalArgumentException("token " + name + " needs at least one role");
    }
    if (!hash.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "token %s needs the SHA-256 of its secret: 64 hex digits".formatted(name));
    }
    roles = Set.copyOf(roles);
  }

  /** A token and the secret that proves it, which is kept nowhere. */
  public record Issued(Token token, String secret) {}

  /** Makes a token with a new secret. */
  public static Issued issue(
      String name, Set<Role> roles, Tenants tenants, Optional<Instant> expires) {
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    String secret = MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    return new Issued(new Token(name, roles, tenants, hash(secret), expires), secret);
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is none, saying what is expected
   */
  public static Token parse(String line) {
    String[] words = line.strip().split("\\s+", -1);
    if (words.length < 4 || words.length > 5) {
      throw new IllegalArgumentException(
          "expected: name roles tenants sha256 [expiry], such as maria viewer,approver acme"
              + " 9f86…0a08");
    }
    try {
      return new Token(
          words[0],
          Arrays.stream(words[1].split(",", -1))
              .map(Role::of)
              .collect(Collectors.toCollection(() -> EnumSet.noneOf(Role.class))),
          Tenants.parse(words[2]),
          words[3].toLowerCase(Locale.ROOT),
          words.length == 5 ? Optional.of(Instant.parse(words[4])) : Optional.empty());
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "'%s' is no expiry: a time such as 2027-01-01T00:00:00Z is expected".formatted(words[4]),
          e);
    }
  }

  /** Its line. */
  public String line() {
    return "%s %s %s %s%s"
        .formatted(
            name,
            roles.stream().sorted().map(Role::word).collect(Collectors.joining(",")),
            tenants,
            hash,
            expires.map(time -> " " + time).orElse(""));
  }

  /** True if one of its roles has a right. */
  public boolean has(Right right) {
    return roles.stream().anyMatch(role -> role.has(right));
  }

  /** True if it does not work any more. */
  public boolean expired(Instant now) {
    return expires.isPresent() && !now.isBefore(expires.get());
  }

  /** The hash under which a secret is kept. */
  static String hash(String secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
