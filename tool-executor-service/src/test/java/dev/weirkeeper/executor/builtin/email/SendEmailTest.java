package dev.weirkeeper.executor.builtin.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.weirkeeper.executor.tool.ToolCatalogue;
import dev.weirkeeper.executor.tool.ToolFailure;
import dev.weirkeeper.executor.tool.ToolJson;
import dev.weirkeeper.executor.tool.ToolTrial;
import dev.weirkeeper.operations.config.ConfigurationException;
import dev.weirkeeper.operations.config.Given;
import dev.weirkeeper.operations.config.Settings;
import dev.weirkeeper.wire.ToolErrorCode;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SendEmailTest {

  private static final GreenMail SERVER = server(ServerSetup.PROTOCOL_SMTP);

  private static GreenMail server(String protocol) {
    ServerSetup setup =
        new ServerSetup(0, InetAddress.getLoopbackAddress().getHostAddress(), protocol);
    setup.setServerStartupTimeout(60_000);
    GreenMail server = new GreenMail(setup);
    server.start();
    return server;
  }

  @AfterAll
  static void stop() {
    SERVER.stop();
  }

  @AfterEach
  void empty() throws Exception {
    SERVER.purgeEmailFromAllMailboxes();
  }

  private static SendEmail tool(Map<String, String> more) {
    Map<String, String> keys =
        new HashMap<>(
            Map.of(
                "tools.email.host", "127.0.0.1",
                "tools.email.port", Integer.toString(SERVER.getSmtp().getPort()),
                "tools.email.security", "none",
                "tools.email.from", "agent@weir.example",
                "tools.email.recipients", "example.com,ann@partner.example",
                "tools.email.max-recipients", "3"));
    keys.putAll(more);
    return new SendEmail(EmailConfig.from(Settings.read(EmailConfig.CATALOGUE, Given.of(keys))));
  }

  private static String send(SendEmail tool, Map<String, Object> arguments) throws Exception {
    return send(tool, arguments, "s/1/0");
  }

  private static String send(SendEmail tool, Map<String, Object> arguments, String call)
      throws Exception {
    return ToolTrial.of(tool)
        .call("send_email", ToolJson.mapper().writeValueAsString(arguments), call);
  }

  private static Map<String, Object> mail(Object to, String subject, String body) {
    return Map.of("to", to, "subject", subject, "body", body);
  }

  /** What one recipient of the only mail got. */
  private static MimeMessage only(int recipients) {
    assertThat(SERVER.getReceivedMessages()).hasSize(recipients);
    return SERVER.getReceivedMessages()[0];
  }

  @Test
  void it_is_declared_destructive_and_says_who_may_be_written_to() {
    var declaration =
        ToolCatalogue.of(tool(Map.of())).find("send_email").orElseThrow().declaration();

    assertThat(declaration.effect().destructive()).isTrue();
    assertThat(declaration.effect().repeatable()).isFalse();
    assertThat(declaration.inputSchema()).contains("anybody at example.com, ann@partner.example");
  }

  @Test
  void a_mail_arrives_as_it_was_written() throws Exception {
    String answer =
        send(
            tool(Map.of()),
            Map.of(
                "to",
                List.of("Mara@Example.com"),
                "cc",
                List.of("ann@partner.example"),
                "subject",
                "Grüße – 你好",
                "body",
                "Erste Zeile\n.\r\n..\nfünf €\n"));

    MimeMessage mail = only(2);
    assertThat(mail.getSubject()).isEqualTo("Grüße – 你好");
    assertThat(mail.getContent().toString().replace("\r\n", "\n").strip())
        .isEqualTo("Erste Zeile\n.\n..\nfünf €");
    assertThat(mail.getFrom()[0]).hasToString("agent@weir.example");
    assertThat(mail.getAllRecipients())
        .extracting(Object::toString)
        .containsExactly("Mara@example.com", "ann@partner.example");
    assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    assertThat(answer)
        .isEqualTo(
            "{\"sent\":true,\"message_id\":\"" + mail.getMessageID() + "\",\"recipients\":2}");
  }

  @Test
  void every_run_of_one_call_has_the_same_message_id_and_every_call_its_own() throws Exception {
    SendEmail tool = tool(Map.of());
    Map<String, Object> mail = mail(List.of("a@example.com"), "Hello", "x");

    assertThat(send(tool, mail, "s/1/0")).isEqualTo(send(tool, mail, "s/1/0"));
    assertThat(send(tool, mail, "s/1/1")).isNotEqualTo(send(tool, mail, "s/1/0"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eve@evil.example",
        "ann@sub.example.com",
        "ann@example.com.evil.example",
        "bob@partner.example",
        "ann@notexample.com"
      })
  void nobody_off_the_list_is_written_to(String address) {
    refused(mail(List.of("ok@example.com", address), "Hello", "x"), "not among those");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "@example.com",
        "a@",
        "a@@example.com",
        "a b@example.com",
        "Ann <ann@example.com>",
        "<ann@example.com>",
        "ann@example.com, eve@evil.example",
        "ann@example.com;eve@evil.example",
        "ann@example.com>\r\nRCPT TO:<eve@evil.example",
        "ann@example.com\nBcc: eve@evil.example",
        "ann@example.com\u0000",
        "\"ann\"@example.com",
        "\"eve@evil.example\"@example.com",
        "eve@evil.example(@example.com",
        "ann(comment)@example.com",
        "@relay.example:ann@example.com",
        "friends: ann@example.com;",
        "ann@[127.0.0.1]",
        "ann@exämple.com",
        "ann@example.com.",
        "ann@-example.com",
        ".ann@example.com",
        "a..b@example.com"
      })
  void what_is_not_one_bare_address_is_refused(String address) {
    refused(mail(List.of(address), "Hello", "x"), "expected an address");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Hello\r\nBcc: eve@evil.example",
        "Hello\nBcc: eve@evil.example",
        "Hello\rBcc: eve@evil.example",
        "Hello\r\n\r\nA body of its own",
        "Hello\u0000",
        "Hello\u000b",
        "Hello\u0085Bcc: eve@evil.example",
        "Hello\u2028Bcc: eve@evil.example",
        "Hello\u2029Bcc: eve@evil.example",
        "   "
      })
  void a_subject_makes_no_headers(String subject) {
    refused(mail(List.of("a@example.com"), subject, "x"), "/subject");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\n"
            + ".\r\n"
            + "MAIL FROM:<agent@weir.example>\r\n"
            + "RCPT TO:<eve@evil.example>\r\n"
            + "DATA\r\n"
            + "hi\r\n"
            + ".\r\n",
        "x\n.\nMAIL FROM:<agent@weir.example>\nRCPT TO:<eve@evil.example>\nDATA\nhi\n.\n",
        "x\n.\r\nMAIL FROM:<agent@weir.example>\r\nRCPT TO:<eve@evil.example>\r\n",
        "x\r.\rMAIL FROM:<agent@weir.example>\rRCPT TO:<eve@evil.example>\r"
      })
  void a_body_ends_no_mail_and_begins_none(String body) throws Exception {
    send(tool(Map.of()), mail(List.of("a@example.com"), "Hello", body));

    assertThat(only(1).getContent().toString()).contains("RCPT TO:<eve@evil.example>");
    assertThat(only(1).getAllRecipients()).hasSize(1);
  }

  @Test
  void more_recipients_than_allowed_are_refused_wherever_they_stand() {
    refused(
        Map.of(
            "to",
            List.of("a@example.com", "b@example.com"),
            "cc",
            List.of("c@example.com", "d@example.com"),
            "subject",
            "Hello",
            "body",
            "x"),
        "4 recipients are more than the 3");
  }

  private static void refused(Map<String, Object> arguments, String why) {
    assertThatExceptionOfType(ToolFailure.class)
        .isThrownBy(() -> send(tool(Map.of()), arguments))
        .satisfies(
            failure -> {
              assertThat(failure.code()).isEqualTo(ToolErrorCode.INVALID_ARGUMENTS);
              assertThat(failure.message()).contains(why);
            });
    assertThat(SERVER.getReceivedMessages()).isEmpty();
  }

  @Nested
  class a_server_in_trouble {

    /** What it says, line by line; {@code -} hangs up. */
    private ToolFailure trouble(String... replies) throws Exception {
      try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        Thread server = Thread.ofVirtual().start(() -> serve(listening, replies));
        try {
          send(
              tool(Map.of("tools.email.port", Integer.toString(listening.getLocalPort()))),
              mail(List.of("a@example.com"), "Hello", "x"));
          throw new AssertionError("the mail was sent");
        } catch (ToolFailure failure) {
          return failure;
        } finally {
          server.join();
        }
      }
    }

    private void serve(ServerSocket listening, String... replies) {
      try (Socket client = listening.accept()) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        for (int i = 0; i < replies.length; i++) {
          // The first is the greeting; each of the others answers a command, or the end of a text.
          for (String line = i == 0 ? "" : in.readLine(); line != null; line = in.readLine()) {
            if (i == 0 || !replies[i - 1].startsWith("354") || line.equals(".")) {
              break;
            }
          }
          if (replies[i].equals("-")) {
            return;
          }
          client.getOutputStream().write((replies[i] + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        while (in.readLine() != null) {
          client.getOutputStream().write("221 bye\r\n".getBytes(StandardCharsets.US_ASCII));
        }
      } catch (IOException e) {
        // the client has gone
      }
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          // what is said                                         | retry | code
          "421 busy                                               | true  | EXECUTION_ERROR",
          "-                                                      | true  | EXECUTION_ERROR",
          "220 hi;250 hi;451 later                                | true  | EXECUTION_ERROR",
          "220 hi;250 hi;553 not you                              | false | EXECUTION_ERROR",
          "220 hi;250 hi;250 ok;450 mailbox busy                  | true  | EXECUTION_ERROR",
          "220 hi;250 hi;250 ok;550 no such user                  | false | INVALID_ARGUMENTS",
          "220 hi;250 hi;250 ok;250 ok;-                          | true  | EXECUTION_ERROR",
          "220 hi;250 hi;250 ok;250 ok;554 no                     | false | EXECUTION_ERROR",
          "220 hi;250 hi;250 ok;250 ok;354 go;-                   | false | OUTCOME_UNKNOWN",
          "220 hi;250 hi;250 ok;250 ok;354 go;451 full            | true  | EXECUTION_ERROR",
          "220 hi;250 hi;250 ok;250 ok;354 go;552 too big         | false | EXECUTION_ERROR"
        })
    void is_understood_at_every_step(String said, boolean retry, ToolErrorCode code)
        throws Exception {
      ToolFailure failure = trouble(said.split(";"));

      assertThat(failure.code()).as(failure.message()).isEqualTo(code);
      assertThat(failure.retryable()).as(failure.message()).isEqualTo(retry);
    }

    @Test
    void that_is_not_there_is_worth_a_retry() throws Exception {
      int closed;
      try (ServerSocket socket = new ServerSocket(0)) {
        closed = socket.getLocalPort();
      }
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(
              () ->
                  send(
                      tool(Map.of("tools.email.port", Integer.toString(closed))),
                      mail(List.of("a@example.com"), "Hello", "x")))
          .satisfies(failure -> assertThat(failure.retryable()).isTrue());
    }
  }

  @Nested
  class over_tls {

    private static final String PASSWORD = "changeit";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static GreenMail secure;

    /** A server with a certificate for localhost. */
    @BeforeAll
    static void certify() throws Exception {
      Process made =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "server",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=localhost",
                  "-ext",
                  "san=dns:localhost",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  PASSWORD,
                  "-keystore",
                  keys().toString())
              .inheritIO()
              .start();
      assertThat(made.waitFor()).isZero();
      System.setProperty("greenmail.tls.keystore.file", keys().toString());
      System.setProperty("greenmail.tls.keystore.password", PASSWORD);
      secure = server(ServerSetup.PROTOCOL_SMTPS);
    }

    @AfterEach
    void empty() throws Exception {
      secure.purgeEmailFromAllMailboxes();
    }

    private static Path keys() {
      return directory.resolve("server.p12");
    }

    @AfterAll
    static void stop() {
      secure.stop();
      System.clearProperty("greenmail.tls.keystore.file");
      System.clearProperty("greenmail.tls.keystore.password");
    }

    private Map<String, String> settings(Map<String, String> more) {
      Map<String, String> keys =
          new HashMap<>(
              Map.of(
                  "tools.email.host", "localhost",
                  "tools.email.security", "tls",
                  "tools.email.port", Integer.toString(secure.getSmtps().getPort())));
      keys.putAll(more);
      return keys;
    }

    /** The certificate of the test server, as a file. */
    private String authority() throws Exception {
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream file = Files.newInputStream(keys())) {
        store.load(file, PASSWORD.toCharArray());
      }
      String pem =
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder().encodeToString(store.getCertificate("server").getEncoded())
              + "\n-----END CERTIFICATE-----\n";
      return Files.writeString(directory.resolve("authority.pem"), pem).toString();
    }

    @Test
    void a_login_is_made_with_the_configured_authority() throws Exception {
      secure.setUser("agent", "s3cret-word");

      send(
          tool(
              settings(
                  Map.of(
                      "tools.email.ca-file", authority(),
                      "tools.email.user", "agent",
                      "tools.email.password", "s3cret-word"))),
          mail(List.of("a@example.com"), "Hello", "x"));

      assertThat(secure.getReceivedMessages()).hasSize(1);
    }

    @Test
    void an_unknown_certificate_is_refused_for_good() {
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(
              () -> send(tool(settings(Map.of())), mail(List.of("a@example.com"), "Hello", "x")))
          .satisfies(
              failure -> {
                assertThat(failure.message()).contains("no safe connection");
                assertThat(failure.retryable()).isFalse();
              });
      assertThat(secure.getReceivedMessages()).isEmpty();
    }

    @Test
    void a_certificate_of_another_name_is_refused_for_good() throws Exception {
      String authority = authority();
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(
              () ->
                  send(
                      tool(
                          settings(
                              Map.of(
                                  "tools.email.ca-file",
                                  authority,
                                  "tools.email.host",
                                  "127.0.0.1"))),
                      mail(List.of("a@example.com"), "Hello", "x")))
          .satisfies(failure -> assertThat(failure.message()).contains("no safe connection"));
    }

    @Test
    void a_server_without_starttls_gets_nothing() {
      assertThatExceptionOfType(ToolFailure.class)
          .isThrownBy(
              () ->
                  send(
                      tool(Map.of("tools.email.security", "starttls")),
                      mail(List.of("a@example.com"), "Hello", "x")))
          .satisfies(
              failure -> {
                assertThat(failure.message()).contains("no safe connection");
                assertThat(failure.retryable()).isFalse();
              });
      assertThat(SERVER.getReceivedMessages()).isEmpty();
    }
  }

  static List<Map<String, String>> wrong() {
    return List.of(
        Map.of("tools.email.recipients", ""),
        Map.of("tools.email.recipients", "*.example.com"),
        Map.of("tools.email.recipients", "ann@@example.com"),
        Map.of("tools.email.from", "Agent <agent@weir.example>"),
        Map.of("tools.email.security", "tls", "tools.email.user", "agent"),
        Map.of("tools.email.user", "agent", "tools.email.password", "secret-word"));
  }

  @ParameterizedTest
  @MethodSource
  void wrong(Map<String, String> settings) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> tool(settings))
        .withMessageContaining("tools.email.")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret-word"));
  }
}
