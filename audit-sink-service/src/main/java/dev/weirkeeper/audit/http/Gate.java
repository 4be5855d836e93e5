package dev.weirkeeper.audit.http;

import dev.weirkeeper.audit.access.FailedLogins;
import dev.weirkeeper.audit.access.Right;
import dev.weirkeeper.audit.access.Token;
import dev.weirkeeper.audit.access.Tokens;
import dev.weirkeeper.audit.http.Problem.Kind;
import io.javalin.http.Context;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lets requests in, or says why not. */
final class Gate {

  private static final String BEARER = "bearer ";

  private final Tokens tokens;
  private final FailedLogins failures = new FailedLogins();
  private final Optional<URI> publicUrl;

  Gate(Tokens tokens, Optional<URI> publicUrl) {
    this.tokens = tokens;
    this.publicUrl = publicUrl;
  }

  /**
   * Whose request it is.
   *
   * @throws Problem if it is nobody's, comes from another site, or its maker may not make it
   */
  Token admit(Context context, Route route) {
    if (!route.method().equals("GET")) {
      refuseOtherSites(context);
    }
    Token token = token(context);
    if (!token.has(route.right())) {
      throw new Problem(
          Kind.FORBIDDEN,
          "token %s is for %s; this needs %s: ask for a token with that role"
              .formatted(token.name(), roles(token), needed(route.right())));
    }
    return token;
  }

  private Token token(Context context) {
    String header = context.header("Authorization");
    if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      throw new Problem(
          Kind.UNAUTHENTICATED,
          tokens.isEmpty()
              ? "no token was shown, and none exists yet: make one with weir tokens create --file"
                  + " FILE --name NAME --role ROLE, and name the file in console.tokens-file"
              : "no token was shown: send the header Authorization: Bearer TOKEN");
    }
    String secret = header.substring(BEARER.length()).strip();
    Optional<Token> found = tokens.find(secret);
    if (found.isPresent()) {
      return found.get();
    }
    Optional<Duration> wait = failures.failed(context.ip());
    if (wait.isPresent()) {
      long seconds = Math.max(1, wait.get().toSeconds());
      context.header("Retry-After", Long.toString(seconds));
      throw new Problem(
          Kind.TOO_MANY,
          "too many unknown tokens from this address: wait %d s before the next"
              .formatted(seconds));
    }
    throw new Problem(
        Kind.UNAUTHENTICATED,
        "the token is unknown, revoked or expired: ask for another, or make one with weir tokens"
            + " create");
  }

  /** A browser says which site a request comes from; no other client has to. */
  private void refuseOtherSites(Context context) {
    String origin = context.header("Origin");
    if (origin == null || same(origin, context.header("Host"))) {
      return;
    }
    if (publicUrl.isPresent() && origin.equalsIgnoreCase(origin(publicUrl.get()))) {
      return;
    }
    throw new Problem(
        Kind.CROSS_SITE,
        "the request comes from %s: use the console of this address, or set console.public-url if a proxy stands before it"
            .formatted(origin.length() > 200 ? "another site" : "'" + origin + "'"));
  }

  private static boolean same(String origin, @Nullable String host) {
    return host != null
        && (origin.equalsIgnoreCase("http://" + host)
            || origin.equalsIgnoreCase("https://" + host));
  }

  private static String origin(URI url) {
    return url.getScheme() + "://" + url.getAuthority();
  }

  private static String roles(Token token) {
    return String.join(
        ", ", token.roles().stream().sorted().map(dev.weirkeeper.audit.access.Role::word).toList());
  }

  private static String needed(Right right) {
    return String.join(
        " or ",
        java.util.Arrays.stream(dev.weirkeeper.audit.access.Role.values())
            .filter(role -> role.has(right))
            .map(dev.weirkeeper.audit.access.Role::word)
            .toList());
  }
}
