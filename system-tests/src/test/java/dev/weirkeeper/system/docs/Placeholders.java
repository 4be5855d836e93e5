package dev.weirkeeper.system.docs;

import dev.weirkeeper.system.docs.RunningStack.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What stands for words such as {@code SESSION} in commands. */
final class Placeholders {

  private static final Pattern WORD = Pattern.compile("\\b(SESSION|TASK|CALL)\\b");
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final long PATIENCE_SECONDS = 60;

  private final RunningStack stack;
  private final Map<String, String> made = new HashMap<>();

  Placeholders(RunningStack stack) {
    this.stack = stack;
  }

  /** The command with everything filled in. What a command uses up is made anew each time. */
  String fill(String text) throws InterruptedException {
    StringBuilder filled = new StringBuilder();
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      String value =
          switch (word.group()) {
            case "CALL" -> waitingCall();
            default -> once(word.group());
          };
      word.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    word.appendTail(filled);
    return filled.toString();
  }

  /** A session that has ended a task with two calls and is stored, or that task. */
  private String once(String name) throws InterruptedException {
    if (made.isEmpty()) {
      Ran ran =
          stack.weir(
              List.of(
                  "submit", "What is 2^32, and can you look up user u_001?", "--watch", "--json"));
      JsonNode answer = JSON.readTree(ran.out());
      String session = answer.path("session_id").stringValue();
      made.put(
          "SESSION",
          eventually("session " + session + " at the API", () -> stored(session) ? session : ""));
      made.put("TASK", answer.path("task_id").stringValue());
    }
    return made.getOrDefault(name, name);
  }

  private boolean stored(String session) {
    HttpRequest asked =
        HttpRequest.newBuilder(
                URI.create(stack.address("cli.audit-url") + "/api/v1/sessions/" + session))
            .header("Authorization", "Bearer " + stack.address("cli.audit-token"))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(asked, BodyHandlers.discarding()).statusCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A call that waits for a person. */
  private String waitingCall() throws InterruptedException {
    Ran submitted =
        stack.weir(List.of("submit", "Please delete the record of ticket t_1.", "--json"));
    String session = JSON.readTree(submitted.out()).path("session_id").stringValue();
    return eventually(
        "a call of session " + session + " that waits for a person",
        () ->
            stack
                .weir(List.of("approvals", "--json"))
                .out()
                .lines()
                .map(JSON::readTree)
                .map(waiting -> waiting.path("call_id").stringValue())
                .filter(call -> call.startsWith(session + "/"))
                .findFirst()
                .orElse(""));
  }

  private static String eventually(String what, Supplier<String> look) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000;
    while (System.nanoTime() < deadline) {
      String found = look.get();
      if (!found.isEmpty()) {
        return found;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("there is still no " + what);
  }
}
