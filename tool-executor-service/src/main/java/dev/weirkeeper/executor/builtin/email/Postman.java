package dev.weirkeeper.executor.builtin.email;

import dev.weirkeeper.executor.tool.ToolFailure;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.eclipse.angus.mail.util.MailConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Hands one mail to the server over a connection of its own, and knows afterwards how far it got.
 * Thread-safe.
 */
final class Postman {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  private final EmailConfig config;
  private final Optional<SSLSocketFactory> sockets;

  Postman(EmailConfig config) {
    this.config = config;
    this.sockets = config.authorities().map(TrustedAuthorities::of);
  }

  /**
   * A mail.
   *
   * @param id its Message-ID, angle brackets included
   * @param subject one line
   */
  record Mail(String id, List<Mailbox> to, List<Mailbox> cc, String subject, String body) {}

  /**
   * Sends a mail.
   *
   * @param timeLeft longest wait for any one step of it
   * @throws ToolFailure worth a retry if nothing was handed over, of unknown outcome if the server
   *     never said what became of it, final if it refused
   */
  void send(Mail mail, Duration timeLeft) {
    Session session = Session.getInstance(properties(timeLeft));
    try {
      Letter letter = letter(session, mail);
      // Closed by hand: a failed farewell must not hide that the mail was taken.
      SMTPTransport transport = (SMTPTransport) session.getTransport();
      try {
        connect(transport);
        hand(transport, letter);
      } finally {
        hangUp(transport);
      }
    } catch (MessagingException e) {
      throw ToolFailure.of("the mail could not be written").because(e);
    }
  }

  private Properties properties(Duration timeLeft) {
    String protocol = config.security() == EmailConfig.Security.TLS ? "smtps" : "smtp";
    long millis = Math.clamp(timeLeft.toMillis(), 1, LONGEST_WAIT.toMillis());
    Properties properties = new Properties();
    properties.put("mail.transport.protocol", protocol);
    String prefix = "mail." + protocol + ".";
    for (String wait : List.of("connectiontimeout", "timeout", "writetimeout")) {
      properties.put(prefix + wait, Long.toString(millis));
    }
    boolean startTls = config.security() == EmailConfig.Security.STARTTLS;
    properties.put(prefix + "starttls.enable", Boolean.toString(startTls));
    properties.put(prefix + "starttls.required", Boolean.toString(startTls));
    properties.put(prefix + "ssl.checkserveridentity", "true");
    sockets.ifPresent(factory -> properties.put(prefix + "ssl.socketFactory", factory));
    properties.put(prefix + "socketFactory.fallback", "false");
    properties.put(prefix + "auth", Boolean.toString(config.user().isPresent()));
    properties.put(prefix + "quitwait", "false");
    // All or nobody: a mail that went to some could not be repeated for the others.
    properties.put(prefix + "sendpartial", "false");
    properties.put(prefix + "localhost", "localhost");
    return properties;
  }

  private Letter letter(Session session, Mail mail) throws MessagingException {
    Letter letter = new Letter(session, mail.id());
    letter.setFrom(config.from().orElseThrow().internet());
    letter.setRecipients(Message.RecipientType.TO, addresses(mail.to()));
    letter.setRecipients(Message.RecipientType.CC, addresses(mail.cc()));
    letter.setSubject(mail.subject(), StandardCharsets.UTF_8.name());
    letter.setText(mail.body(), StandardCharsets.UTF_8.name());
    letter.setSentDate(Date.from(Instant.now()));
    letter.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: no robot answers a robot
    letter.saveChanges();
    return letter;
  }

  private static Address[] addresses(List<Mailbox> mailboxes) throws MessagingException {
    List<Address> addresses = new ArrayList<>();
    for (Mailbox mailbox : mailboxes) {
      addresses.add(mailbox.internet());
    }
    return addresses.toArray(Address[]::new);
  }

  private void connect(SMTPTransport transport) {
    try {
      transport.connect(
          config.host().orElseThrow(),
          config.effectivePort(),
          config.user().orElse(null),
          config.password().map(secret -> secret.reveal()).orElse(null));
    } catch (AuthenticationFailedException e) {
      throw ToolFailure.of("the mail server does not accept the tool's login; nothing was sent")
          .because(e)
          .hint("this needs a person: tools.email.user and its password have to be corrected");
    } catch (MailConnectException e) {
      throw ToolFailure.retry("the mail server can't be reached; nothing was sent").because(e);
    } catch (MessagingException e) {
      throw tls(e)
          ? ToolFailure.of("no safe connection to the mail server can be made; nothing was sent")
              .because(e)
              .hint(
                  "this needs a person: tools.email.security or the server's certificate is wrong")
          : ToolFailure.retry("the mail server did not greet; nothing was sent").because(e);
    }
  }

  /** A certificate that does not fit, or a server without STARTTLS: no later try changes that. */
  private static boolean tls(MessagingException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof javax.net.ssl.SSLException) {
        return true;
      }
    }
    return String.valueOf(e.getMessage()).contains("STARTTLS");
  }

  private void hand(SMTPTransport transport, Letter letter) {
    try {
      transport.sendMessage(letter, letter.getAllRecipients());
    } catch (MessagingException e) {
      throw failure(e, letter.begun);
    }
  }

  /**
   * What a failed sending means.
   *
   * @param begun the text had begun to go out
   */
  private static ToolFailure failure(MessagingException e, boolean begun) {
    List<String> refused = new ArrayList<>();
    int code = -1;
    for (Exception next = e;
        next != null;
        next = next instanceof MessagingException m ? m.getNextException() : null) {
      if (next instanceof SMTPAddressFailedException address) {
        refused.add(address.getAddress().getAddress());
        code = address.getReturnCode();
      } else if (next instanceof SMTPSendFailedException sending && code < 0) {
        code = sending.getReturnCode();
      }
    }
    if (code >= 500) {
      return refused.isEmpty()
          ? ToolFailure.of("the mail server refused the mail (code " + code + "); nothing was sent")
              .because(e)
              .hint("change subject or text, or tell the user that it could not be sent")
          : ToolFailure.invalidArguments(
                  "the mail server refuses " + String.join(", ", refused) + "; nobody got the mail")
              .because(e)
              .hint("correct or leave out these recipients");
    }
    if (code >= 400) {
      return ToolFailure.retry(
              "the mail server can't take the mail now (code " + code + "); nothing was sent")
          .because(e);
    }
    if (begun) {
      return ToolFailure.outcomeUnknown(
              "the connection broke before the mail server said whether it took the mail")
          .because(e)
          .hint("ask a recipient whether it came before sending it again");
    }
    return ToolFailure.retry("the connection to the mail server broke; nothing was sent")
        .because(e);
  }

  private static void hangUp(SMTPTransport transport) {
    try {
      transport.close();
    } catch (MessagingException e) {
      // What was sent has been confirmed by now, or its failure is on its way up.
    }
  }

  /** A message with a Message-ID of ours that knows whether its text has begun to go out. */
  private static final class Letter extends MimeMessage {
    private final String id;
    private volatile boolean begun;

    Letter(Session session, String id) {
      super(session);
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }

    @Override
    public void writeTo(OutputStream out, String @Nullable [] ignored)
        throws IOException, MessagingException {
      begun = true;
      super.writeTo(out, ignored);
    }
  }
}
