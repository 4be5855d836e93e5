package dev.weirkeeper.executor.builtin.email;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address as it stands between angle brackets: no name, no comment, no quotes, no route. Far
 * fewer than RFC 5321 allows, but all that people have, and nothing in it can end a line.
 *
 * @param local what stands before the at sign, as written
 * @param domain in lower case; an international one in its ASCII form
 */
record Mailbox(String local, String domain) {

  private static final Pattern LOCAL =
      Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*");

  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern DOMAIN = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

  private static final int MAX_LOCAL = 64;
  private static final int MAX_DOMAIN = 253;

  /** The address, or nothing if the text is none. */
  static Optional<Mailbox> read(String text) {
    int at = text.lastIndexOf('@');
    if (at < 1) {
      return Optional.empty();
    }
    String local = text.substring(0, at);
    String domain = text.substring(at + 1).toLowerCase(Locale.ROOT);
    return local.length() <= MAX_LOCAL && LOCAL.matcher(local).matches() && isDomain(domain)
        ? Optional.of(new Mailbox(local, domain))
        : Optional.empty();
  }

  /** True for the name of a domain in lower case. */
  static boolean isDomain(String text) {
    return text.length() <= MAX_DOMAIN && DOMAIN.matcher(text).matches();
  }

  /** As the mail library has it. */
  InternetAddress internet() throws AddressException {
    return new InternetAddress(toString(), true);
  }

  @Override
  public String toString() {
    return local + "@" + domain;
  }
}
