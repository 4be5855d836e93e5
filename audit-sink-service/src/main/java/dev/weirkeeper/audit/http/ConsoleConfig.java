package dev.weirkeeper.audit.http;

import dev.weirkeeper.audit.access.TokenFile;
import dev.weirkeeper.operations.config.Catalogue;
import dev.weirkeeper.operations.config.Problem;
import dev.weirkeeper.operations.config.Setting;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.schemas.approval.ApproverKey;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the audit API and the console are served.
 *
 * @param enabled whether they are
 * @param host address to bind to
 * @param port 0 for any free one
 * @param tokens lines as in a token file
 * @param tokensFile file with more of them; need not exist
 * @param connections most questions to the store at once
 * @param questionLimit longest question
 * @param selfApproval whether a token may decide on calls of tasks it submitted
 * @param key signs decisions; empty: they are not signed
 * @param publicUrl where people reach it, if a proxy stands before it
 */
public record ConsoleConfig(
    boolean enabled,
    String host,
    int port,
    List<String> tokens,
    Optional<Path> tokensFile,
    int connections,
    Duration questionLimit,
    boolean selfApproval,
    Optional<ApproverKey> key,
    Optional<URI> publicUrl) {

  private static final Setting<Boolean> ENABLED =
      Setting.flag("console.enabled")
          .defaultsTo("true")
          .describedAs("whether the API and the console are served");

  /** Where they are served. */
  public static final Setting<String> HOST =
      Setting.text("console.host")
          .defaultsTo("127.0.0.1")
          .describedAs("address of the API and the console; others than loopback need a token");

  /** On which port. */
  public static final Setting<Integer> PORT =
      Setting.integer("console.port")
          .defaultsTo("8090")
          .between("0", "65535")
          .describedAs("port of the API and the console; 0 for any free one");

  /** Tokens in the settings. */
  public static final Setting<Optional<String>> TOKENS =
      Setting.text("console.tokens")
          .optional()
          .describedAs("lines as in the token file, separated by semicolons");

  /** Tokens in a file. */
  public static final Setting<Optional<String>> TOKENS_FILE =
      Setting.text("console.tokens-file")
          .optional()
          .describedAs("file that weir tokens writes; read again when it changes");

  private static final Setting<Integer> CONNECTIONS =
      Setting.integer("console.connections")
          .between("1", "100")
          .defaultsTo("6")
          .describedAs("most questions to the audit store at once");

  private static final Setting<Duration> QUESTION_LIMIT =
      Setting.duration("console.question-limit")
          .between("100ms", "60s")
          .defaultsTo("5s")
          .describedAs("longest question to the audit store");

  /** Whether one's own tasks can be approved. */
  public static final Setting<Boolean> SELF_APPROVAL =
      Setting.flag("console.self-approval")
          .defaultsTo("false")
          .describedAs("whether a token may decide on calls of tasks it submitted itself");

  private static final Setting<Optional<ApproverKey>> SIGNING_KEY =
      Setting.secret("console.signing-key")
          .as(text -> ApproverKey.of(text.reveal()))
          .optional()
          .describedAs("Ed25519 private key that signs decisions, PEM; none: they are not signed");

  private static final Setting<Optional<URI>> PUBLIC_URL =
      Setting.uri("console.public-url")
          .optional()
          .describedAs("address people use, where a proxy stands before it");

  /** The settings of this record. */
  public static final Catalogue CATALOGUE =
      Catalogue.of(
              ENABLED,
              HOST,
              PORT,
              TOKENS,
              TOKENS_FILE,
              CONNECTIONS,
              QUESTION_LIMIT,
              SELF_APPROVAL,
              SIGNING_KEY,
              PUBLIC_URL)
          .rule(ConsoleConfig::openToNobody);

  /** Takes this record's part of the service's settings. */
  public static ConsoleConfig from(Settings settings) {
    return new ConsoleConfig(
        settings.get(ENABLED),
        settings.get(HOST),
        settings.get(PORT),
        lines(settings),
        file(settings),
        settings.get(CONNECTIONS),
        settings.get(QUESTION_LIMIT),
        settings.get(SELF_APPROVAL),
        settings.get(SIGNING_KEY),
        settings.get(PUBLIC_URL));
  }

  private static List<String> lines(Settings settings) {
    return settings
        .get(TOKENS)
        .map(text -> Arrays.asList(text.split("[;\n]", -1)))
        .orElse(List.of());
  }

  private static Optional<Path> file(Settings settings) {
    return settings.get(TOKENS_FILE).map(Path::of);
  }

  /** An address that others reach needs a token that lets somebody in, and nobody else. */
  private static Optional<Problem> openToNobody(Settings settings) {
    String host = settings.get(HOST);
    if (!settings.get(ENABLED) || loopback(host)) {
      return Optional.empty();
    }
    boolean any = lines(settings).stream().anyMatch(line -> !line.isBlank());
    if (!any && file(settings).isPresent()) {
      try {
        any = !new TokenFile(file(settings).get()).read().isEmpty();
      } catch (IOException | IllegalArgumentException e) {
        return Optional.of(
            new Problem(
                TOKENS_FILE.key(),
                "'" + file(settings).get() + "'",
                "a token file that can be read (" + e.getMessage() + ")"));
      }
    }
    return any
        ? Optional.empty()
        : Optional.of(
            new Problem(
                HOST.key(),
                "'" + host + "' without a token",
                "127.0.0.1, or a token for whoever reaches that address: make one with weir tokens"
                    + " create --file FILE --name NAME --role viewer and name the file in "
                    + TOKENS_FILE.key()));
  }

  static boolean loopback(String host) {
    return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
  }
}
