package dev.weirkeeper.executor.worker;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Replaces secrets in text: those this process knows, and whatever has the form of one. What is
 * replaced can't be told apart afterwards, so a result that needs a secret must carry a reference
 * to it instead. Thread-safe.
 */
public final class Redaction {

  private static final String MASK = "[redacted]";

  /** Shorter known secrets would be found in ordinary words. */
  private static final int SHORTEST_KNOWN = 6;

  /** Each with what is to be kept of it as group 1, if anything. */
  private static final List<Pattern> FORMS =
      List.of(
          // private keys, PEM
          Pattern.compile(
              "()-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{1,20000}-----END [A-Z ]{0,40}PRIVATE"
                  + " KEY-----"),
          // keys of model providers, GitHub, GitLab, Slack, AWS, Google
          Pattern.compile("()\\bsk-[A-Za-z0-9_-]{16,}"),
          Pattern.compile("()\\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
          Pattern.compile("()\\bglpat-[A-Za-z0-9_-]{16,}"),
          Pattern.compile("()\\bxox[abprs]-[A-Za-z0-9-]{10,}"),
          Pattern.compile("()\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b"),
          Pattern.compile("()\\bAIza[A-Za-z0-9_-]{35}"),
          // JSON Web Tokens
          Pattern.compile("()\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}"),
          // Authorization headers
          Pattern.compile("(?i)(\\b(?:bearer|basic)\\s+)[A-Za-z0-9._~+/-]{16,}=*"),
          // passwords in addresses
          Pattern.compile("([a-z][a-z0-9+.-]{1,20}://[^\\s/:@\"]{1,100}:)[^\\s/@\"]{1,200}(?=@)"),
          // named values in JSON, properties and command lines
          Pattern.compile(
              "(?i)(\"?\\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token"
                  + "|client[_-]?secret|private[_-]?key)\"?\\s*[:=]\\s*\"?)[^\\s\"',;&}]{4,}"));

  private final List<String> known;
  private final List<Pattern> forms;

  private Redaction(List<String> known, List<Pattern> forms) {
    this.known = known;
    this.forms = forms;
  }

  /** Leaves everything as it is. */
  public static Redaction none() {
    return new Redaction(List.of(), List.of());
  }

  /** Replaces these secrets beside everything that has the form of one. */
  public static Redaction of(Collection<String> secrets) {
    return new Redaction(
        secrets.stream().filter(secret -> secret.length() >= SHORTEST_KNOWN).toList(), FORMS);
  }

  /** The text without secrets. */
  public String apply(String text) {
    String clean = text;
    for (String secret : known) {
      clean = clean.replace(secret, MASK);
    }
    for (Pattern form : forms) {
      clean = form.matcher(clean).replaceAll("$1" + MASK);
    }
    return clean;
  }
}
