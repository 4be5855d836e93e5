package dev.weirkeeper.executor.builtin.email;

import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Problem;
import dev.weirkeeper.operations.config.Secret;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How {@code send_email} reaches its server, and whom it may write to.
 *
 * @param host of the SMTP server; absent: the tool is not offered
 * @param port of it; absent: the usual one for the kind of connection
 * @param security of the connection
 * @param authorities certificates in PEM that the server's is checked against, instead of Java's
 * @param user to log in as, if the server wants it
 * @param password of that user
 * @param from whom mails come from
 * @param recipients who may be written to
 * @param maxRecipients most recipients of one mail
 */
public record EmailConfig(
    Optional<String> host,
    Optional<Integer> port,
    Security security,
    Optional<Path> authorities,
    Optional<String> user,
    Optional<Secret> password,
    Optional<Mailbox> from,
    List<RecipientRule> recipients,
    int maxRecipients) {

  /** How the connection to the server is kept from being read. */
  public enum Security {
    /** It begins in the clear and must be raised to TLS before anything is said. */
    STARTTLS(587),
    /** It is TLS from its first byte. */
    TLS(465),
    /** It is not: for a relay on this machine. */
    NONE(25);

    private final int port;

    Security(int port) {
      this.port = port;
    }

    int usualPort() {
      return port;
    }
  }

  public static final Setting<Optional<String>> HOST =
      Setting.text("tools.email.host")
          .optional()
          .describedAs("SMTP server of send_email; not set: the tool is not offered");

  private static final Setting<Optional<Integer>> PORT =
      Setting.integer("tools.email.port")
          .between("1", "65535")
          .optional()
          .describedAs("its port; if not set 587 with starttls, 465 with tls, 25 with none");

  private static final Setting<Security> SECURITY =
      Setting.choice("tools.email.security", Security.class)
          .defaultsTo("starttls")
          .describedAs("how the connection is encrypted; starttls fails where it is not offered");

  public static final Setting<Optional<Path>> AUTHORITIES =
      Setting.text("tools.email.ca-file")
          .as(Path::of)
          .optional()
          .describedAs("PEM file with the certificate authorities to trust instead of Java's own");

  private static final Setting<Optional<String>> USER =
      Setting.text("tools.email.user").optional().describedAs("login, if the server wants one");

  private static final Setting<Optional<Secret>> PASSWORD =
      Setting.secret("tools.email.password").optional().describedAs("password of that login");

  private static final Setting<Optional<Mailbox>> FROM =
      Setting.text("tools.email.from")
          .as(
              text ->
                  Mailbox.read(text)
                      .orElseThrow(
                          () -> new IllegalArgumentException("an address: agent@example.com")))
          .optional()
          .describedAs("address that mails come from; required with tools.email.host");

  private static final Setting<Optional<List<RecipientRule>>> RECIPIENTS =
      Setting.list("tools.email.recipients")
          .as(items -> items.stream().map(RecipientRule::parse).toList())
          .optional()
          .describedAs(
              "who may be written to: addresses, domains (example.com, without those below it), or"
                  + " * for anybody; required with tools.email.host");

  private static final Setting<Integer> MAX_RECIPIENTS =
      Setting.integer("tools.email.max-recipients")
          .defaultsTo("10")
          .between("1", "100")
          .describedAs("most recipients of one mail");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(
              HOST, PORT, SECURITY, AUTHORITIES, USER, PASSWORD, FROM, RECIPIENTS, MAX_RECIPIENTS)
          .rule(settings -> needed(settings, FROM, "an address"))
          .rule(settings -> needed(settings, RECIPIENTS, "at least one address or domain"))
          .rule(EmailConfig::loginIsWhole)
          .rule(EmailConfig::loginIsEncrypted);

  /** Takes this record's part of an executor's settings. */
  public static EmailConfig from(Settings settings) {
    return new EmailConfig(
        settings.get(HOST),
        settings.get(PORT),
        settings.get(SECURITY),
        settings.get(AUTHORITIES),
        settings.get(USER),
        settings.get(PASSWORD),
        settings.get(FROM),
        settings.get(RECIPIENTS).orElse(List.of()),
        settings.get(MAX_RECIPIENTS));
  }

  /** The port that is connected to. */
  int effectivePort() {
    return port.orElse(security.usualPort());
  }

  private static <T> Optional<Problem> needed(
      Settings settings, Setting<Optional<T>> setting, String what) {
    boolean missing =
        settings.get(setting).isEmpty()
            || (settings.get(setting).get() instanceof List<?> list && list.isEmpty());
    return settings.get(HOST).isPresent() && missing
        ? Optional.of(new Problem(setting.key(), "nothing", what + ", as " + HOST + " is set"))
        : Optional.empty();
  }

  private static Optional<Problem> loginIsWhole(Settings settings) {
    return settings.get(USER).isPresent() == settings.get(PASSWORD).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                PASSWORD.key(),
                settings.get(PASSWORD).isPresent() ? "***" : "nothing",
                USER + " and " + PASSWORD + " both set, or neither"));
  }

  private static Optional<Problem> loginIsEncrypted(Settings settings) {
    return settings.get(USER).isPresent() && settings.get(SECURITY) == Security.NONE
        ? Optional.of(
            new Problem(
                SECURITY.key(), "'none'", "starttls or tls, as a password must not be readable"))
        : Optional.empty();
  }
}
