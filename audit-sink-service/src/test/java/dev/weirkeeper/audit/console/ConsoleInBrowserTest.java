package dev.weirkeeper.audit.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.audit.SampleLog.Entry;
import dev.weirkeeper.audit.Scene;
import dev.weirkeeper.audit.SinkTest;
import dev.weirkeeper.audit.Surroundings;
import dev.weirkeeper.audit.http.Api;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The console as people have it, in a real Chromium. */
@SinkTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsoleInBrowserTest {

  private static final String FOREIGN = "weirkeeper-outside.invalid";

  private Optional<Surroundings> opened = Optional.empty();
  private Optional<Api> served = Optional.empty();
  private Optional<Browser> page = Optional.empty();

  @BeforeAll
  void a_browser() {
    Optional<Path> chromium = Browser.installed();
    assumeTrue(
        chromium.isPresent(),
        "no Chromium was found: install it (Debian: apt install chromium) or name it in CHROMIUM");
    Surroundings around = new Surroundings(1);
    opened = Optional.of(around);
    around.sink();
    served = Optional.of(new Api(around, List.of("acme"), Map.of()));
    page = Optional.of(Browser.open(chromium.get(), 1280, 860));
  }

  @AfterAll
  void done() {
    page.ifPresent(Browser::close);
    served.ifPresent(Api::close);
    opened.ifPresent(Surroundings::close);
  }

  private void signIn(String name) {
    Browser browser = page.orElseThrow();
    browser.go("about:blank");
    browser.until("location.href === 'about:blank'");
    browser.go(served.orElseThrow().url() + "/console/#token=" + served.orElseThrow().secret(name));
    browser.until("document.querySelector('nav.side')");
    assertThat(browser.value("location.hash").asString("")).doesNotContain("token");
  }

  private static void go(Browser browser, String hash) {
    browser.value("location.hash = '#" + hash + "'");
  }

  private void nothingWentWrong(Browser browser) {
    assertThat(browser.errors()).isEmpty();
    assertThat(browser.requests())
        .allMatch(
            url ->
                url.startsWith(served.orElseThrow().url())
                    || url.startsWith("about:")
                    || url.startsWith("data:"));
  }

  private int write(List<Entry> entries) {
    opened.orElseThrow().write(entries);
    return entries.size();
  }

  private void awaitSession(String session) {
    Awaitility.await()
        .until(
            () ->
                served.orElseThrow().get("all", "/api/v1/approvals/" + session + "/1/1").status()
                    == 200);
  }

  @Test
  void markup_in_any_text_stays_text() {
    Browser browser = page.orElseThrow();
    List<String> payloads = Payloads.all(FOREIGN);
    assertThat(payloads).hasSizeGreaterThanOrEqualTo(300);
    AtomicInteger next = new AtomicInteger();
    Scene scene =
        new Scene(
            opened.orElseThrow().topics(),
            Instant.now(),
            text -> payloads.get(next.getAndIncrement() % payloads.size()));
    List<Entry> entries = new ArrayList<>(scene.definitions("acme"));
    int sessions = 0;
    while (next.get() < payloads.size()) {
      entries.addAll(scene.waiting("x" + sessions++, "acme", Map.of()));
    }
    write(entries);
    awaitSession("x" + (sessions - 1));

    signIn("all");
    browser.value("window.ran = 0; window.alert = () => { window.ran++; }; 0");
    go(browser, "/sessions");
    browser.until("document.querySelectorAll('table.list tbody tr').length >= " + sessions);
    inert(browser);
    for (int i = 0; i < sessions; i++) {
      go(browser, "/sessions/x" + i + "?step=" + "x" + i + "%2F1%2F0");
      browser.until(
          "document.querySelectorAll('.row').length === 3 && document.querySelector('.details"
              + " h2')");
      inert(browser);
      for (String view : List.of("tasks", "decisions", "ledger")) {
        go(browser, "/sessions/x" + i + "/" + view);
        browser.until(
            view.equals("tasks")
                ? "document.querySelector('article.card')"
                : "document.querySelectorAll('table.list tbody tr').length >= 2");
        inert(browser);
      }
      go(browser, "/approvals?call=x" + i + "%2F1%2F1");
      browser.until(
          "document.querySelector('.request h2') && location.hash.includes('x" + i + "%2F1')");
      inert(browser);
    }
    for (String list : List.of("/alerts", "/agents", "/cost", "/dead-letters")) {
      go(browser, list);
      browser.until("document.querySelector('main h1') && !document.querySelector('.loading')");
      inert(browser);
    }
    go(browser, "/live");
    browser.until("document.querySelector('.live-dot').dataset.state === 'on'");
    write(scene.waiting("x-live", "acme", Map.of()));
    browser.until("document.querySelectorAll('.entry').length >= 3");
    inert(browser);
    nothingWentWrong(browser);
  }

  /** Nothing of a payload became an element, ran, or asked anybody outside. */
  private static void inert(Browser browser) {
    assertThat(
            browser
                .value(
                    "document.querySelectorAll('script:not([src=\"js/main.js\"]), iframe, object,"
                        + " embed, img, video, audio, base, meta[http-equiv], style, form[action],"
                        + " a[href]:not([href^=\"#/\"]), [onerror], [onload], [onclick],"
                        + " [onmouseover], [onfocus]').length")
                .asInt(-1))
        .isZero();
    assertThat(browser.value("window.ran").asInt(-1)).isZero();
    assertThat(browser.requests()).noneMatch(url -> url.contains(FOREIGN));
  }

  @Test
  void a_call_is_approved_with_the_keyboard_alone() {
    Browser browser = page.orElseThrow();
    Scene scene = new Scene(opened.orElseThrow().topics(), Instant.now(), text -> text);
    write(scene.waiting("keys", "acme", Map.of()));
    awaitSession("keys");
    signIn("approver");

    browser.pressControl("k");
    browser.until("document.querySelector('dialog.palette[open]')");
    browser.type("approvals");
    browser.until(
        "document.querySelector('#palette-list li.chosen')?.innerText.includes('Approvals')");
    browser.press("Enter");
    browser.until("document.querySelector('.item')");
    while (!browser
        .value("document.querySelector('.request').innerText")
        .asString("")
        .contains("keys")) {
      browser.press("j");
    }
    browser.press("a");
    browser.until(
        "document.activeElement?.innerText === 'Approve' &&"
            + " document.querySelector('dialog[open]')");
    assertThat(browser.value("document.querySelector('dialog').innerText").asString(""))
        .contains("everything");
    browser.press("Enter");

    Awaitility.await()
        .until(
            () ->
                served
                    .orElseThrow()
                    .ok("/api/v1/approvals/keys/1/1")
                    .path("status")
                    .asString("")
                    .equals("approved"));
    assertThat(
            served
                .orElseThrow()
                .ok("/api/v1/approvals/keys/1/1")
                .path("decision")
                .path("decided_by")
                .asString(""))
        .isEqualTo("approver");
    nothingWentWrong(browser);
  }

  @Test
  void other_arguments_are_shown_against_those_asked_for_before_they_are_approved() {
    Browser browser = page.orElseThrow();
    Scene scene = new Scene(opened.orElseThrow().topics(), Instant.now(), text -> text);
    write(scene.waiting("edit", "acme", Map.of()));
    awaitSession("edit");
    signIn("approver");
    go(browser, "/approvals?call=edit%2F1%2F1");
    browser.until("document.querySelector('.request')?.innerText.includes('edit')");

    browser.press("e");
    browser.until("document.activeElement?.id === 'arguments'");
    browser.value("document.activeElement.select(); 0");
    browser.type("{\"what\": \"one thing\"}");
    browser.until("document.querySelector('.diff .plus')?.innerText.includes('one thing')");
    browser.until("document.querySelector('.diff .minus')?.innerText.includes('everything')");
    browser.value("document.querySelector('dialog button[type=submit]').focus(); 0");
    browser.press("Enter");

    Awaitility.await()
        .until(
            () ->
                served
                    .orElseThrow()
                    .ok("/api/v1/approvals/edit/1/1")
                    .path("decision")
                    .path("arguments")
                    .asString("")
                    .contains("one thing"));
    nothingWentWrong(browser);
  }

  @Test
  void whoever_may_only_look_is_offered_nothing_else() {
    Browser browser = page.orElseThrow();
    Scene scene = new Scene(opened.orElseThrow().topics(), Instant.now(), text -> text);
    write(scene.waiting("look", "acme", Map.of()));
    awaitSession("look");
    signIn("viewer");

    go(browser, "/approvals?call=look%2F1%2F1");
    browser.shows("Your token may look, not decide");
    assertThat(browser.value("document.querySelectorAll('.decide button').length").asInt(-1))
        .isZero();
    go(browser, "/sessions/look");
    browser.until("document.querySelector('.row')");
    assertThat(browser.value("document.querySelector('.actions').innerText").asString(""))
        .doesNotContain("Cancel", "Pause");
    go(browser, "/dead-letters");
    browser.shows("Not with this token");
    nothingWentWrong(browser);
  }

  @Test
  void a_wrong_token_is_refused_in_words() {
    Browser browser = page.orElseThrow();
    browser.go("about:blank");
    browser.until("location.href === 'about:blank'");
    browser.go(served.orElseThrow().url() + "/console/");
    browser.value("sessionStorage.clear(); 0");
    browser.go(served.orElseThrow().url() + "/console/#/cost");
    browser.value("location.reload(); 0");
    browser.until("document.querySelector('#token') && document.activeElement.id === 'token'");

    browser.type("weir_wrong");
    browser.press("Enter");

    browser.shows("the token is unknown, revoked or expired");
  }
}
