package dev.weirkeeper.executor.builtin.http;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * An origin, or a family of them, that requests may go to: {@code [scheme://]host[:port]}.
 *
 * @param scheme {@code https} unless written otherwise
 * @param host a name or address; {@code *.example.org} is every name under example.org but not that
 *     itself, {@code *} is every host
 * @param port the scheme's own unless written; empty for every port ({@code :*})
 */
record HostRule(String scheme, String host, OptionalInt port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:(https?)://)?(\\*|(?:\\*\\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+\\])"
              + "(?::(\\d{1,5}|\\*))?");

  /**
   * Reads a rule.
   *
   * @throws IllegalArgumentException if the text is none
   */
  static HostRule parse(String text) {
    Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "origins such as api.example.com, *.example.org or http://intranet:8080, without a path");
    }
    String scheme = form.group(1) == null ? "https" : form.group(1);
    String port = form.group(3);
    return new HostRule(
        scheme,
        form.group(2).replace("[", "").replace("]", ""),
        "*".equals(port)
            ? OptionalInt.empty()
            : OptionalInt.of(port == null ? HttpUrl.defaultPort(scheme) : Integer.parseInt(port)));
  }

  /** True if requests to this URL are allowed. */
  boolean allows(HttpUrl url) {
    return url.scheme().equals(scheme)
        && (port.isEmpty() || port.getAsInt() == url.port())
        && (host.equals("*")
            || url.host().equals(host)
            || (host.startsWith("*.") && url.host().endsWith(host.substring(1))));
  }

  /** True if it stands for one host only. */
  boolean single() {
    return !host.startsWith("*");
  }

  @Override
  public String toString() {
    return scheme
        + "://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + (port.isEmpty()
            ? ":*"
            : port.getAsInt() == HttpUrl.defaultPort(scheme) ? "" : ":" + port.getAsInt());
  }
}
