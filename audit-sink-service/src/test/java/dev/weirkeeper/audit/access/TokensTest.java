package dev.weirkeeper.audit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokensTest {

  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @TempDir Path folder;

  private static Token.Issued maria(Optional<Instant> expires) {
    return Token.issue("maria", Set.of(Role.APPROVER), Tenants.of(List.of("acme")), expires);
  }

  @Test
  void a_line_holds_everything_but_the_secret() {
    Token.Issued issued = maria(Optional.of(NOW.plusSeconds(60)));

    String line = issued.token().line();

    assertThat(Token.parse(line)).isEqualTo(issued.token());
    assertThat(line).doesNotContain(issued.secret()).contains("maria approver acme ");
    assertThat(issued.secret()).matches("weir_[A-Za-z0-9_-]{43}");
  }

  @Test
  void two_tokens_have_different_secrets() {
    assertThat(maria(Optional.empty()).secret()).isNotEqualTo(maria(Optional.empty()).secret());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "maria viewer acme",
        "maria viewer acme abc",
        "maria emperor acme 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "ma/ria viewer acme 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "maria viewer a,,b 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "maria viewer acme 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 soon"
      })
  void a_line_that_is_none_is_refused_with_its_place(String line) throws IOException {
    Path file = Files.writeString(folder.resolve("tokens"), "# a comment\n\n" + line + "\n");

    assertThatThrownBy(() -> new TokenFile(file).read())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ", line 3: ");
  }

  @Test
  void a_file_takes_tokens_in_and_out_and_belongs_to_its_owner() throws IOException {
    TokenFile file = new TokenFile(folder.resolve("deep/tokens"));
    Token.Issued issued = maria(Optional.empty());

    file.add(issued.token());

    assertThat(file.read()).containsExactly(issued.token());
    assertThat(Files.readString(file.path())).doesNotContain(issued.secret());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> file.add(maria(Optional.empty()).token()))
        .isInstanceOf(java.nio.file.FileAlreadyExistsException.class);
    assertThat(file.remove("nobody")).isFalse();
    assertThat(file.remove("maria")).isTrue();
    assertThat(file.read()).isEmpty();
  }

  @Test
  void only_the_secret_finds_its_token() {
    Token.Issued issued = maria(Optional.empty());

    Tokens tokens = Tokens.open(List.of(issued.token().line()), Optional.empty(), CLOCK);

    assertThat(tokens.find(issued.secret())).contains(issued.token());
    for (String other :
        List.of("", issued.secret() + "x", issued.token().hash(), "x".repeat(100_000))) {
      assertThat(tokens.find(other)).isEmpty();
    }
  }

  @Test
  void an_expired_token_is_none() {
    Token.Issued issued = maria(Optional.of(NOW));

    Tokens tokens = Tokens.open(List.of(issued.token().line()), Optional.empty(), CLOCK);

    assertThat(tokens.find(issued.secret())).isEmpty();
    assertThat(tokens.holds(issued.token())).isFalse();
  }

  @Test
  void a_token_is_given_and_taken_without_a_restart() throws IOException {
    TokenFile file = new TokenFile(folder.resolve("tokens"));
    Tokens tokens = Tokens.open(List.of(), Optional.of(file.path()), CLOCK);
    Token.Issued issued = maria(Optional.empty());
    assertThat(tokens.isEmpty()).isTrue();

    file.add(issued.token());

    Awaitility.await().until(() -> tokens.find(issued.secret()).isPresent());
    file.remove("maria");
    Awaitility.await().until(() -> tokens.find(issued.secret()).isEmpty());
  }

  @Test
  void a_file_that_breaks_locks_nobody_out() throws IOException {
    TokenFile file = new TokenFile(folder.resolve("tokens"));
    Token.Issued issued = maria(Optional.empty());
    file.add(issued.token());
    Tokens tokens = Tokens.open(List.of(), Optional.of(file.path()), CLOCK);

    Files.writeString(file.path(), "broken");
    Files.setLastModifiedTime(file.path(), FileTime.from(NOW));

    Awaitility.await()
        .during(Duration.ofMillis(1_500))
        .atMost(Duration.ofSeconds(20))
        .until(() -> tokens.find(issued.secret()).isPresent());
  }

  @Test
  void roles_have_these_rights_and_no_others() {
    assertThat(List.of(Right.values()).stream().filter(Role.VIEWER::has))
        .containsExactly(Right.VIEW);
    assertThat(List.of(Right.values()).stream().filter(Role.OPERATOR::has))
        .containsExactly(Right.VIEW, Right.OPERATE);
    assertThat(List.of(Right.values()).stream().filter(Role.APPROVER::has))
        .containsExactly(Right.VIEW, Right.DECIDE);
    assertThat(List.of(Right.values())).allMatch(Role.ADMIN::has);
  }

  @Test
  void whoever_tries_tokens_has_to_wait_and_nobody_else() {
    AtomicLong time = new AtomicLong();
    FailedLogins failures = new FailedLogins(time::get);

    for (int i = 0; i < 10; i++) {
      assertThat(failures.failed("1.2.3.4")).isEmpty();
    }

    assertThat(failures.failed("1.2.3.4")).contains(Duration.ofMinutes(1));
    assertThat(failures.failed("1.2.3.5")).isEmpty();
    time.set(Duration.ofMinutes(1).toNanos());
    assertThat(failures.failed("1.2.3.4")).isEmpty();
  }
}
