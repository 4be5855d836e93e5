package dev.weirkeeper.audit.console;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One page of a Chromium of its own. */
public final class Browser implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private final Process process;
  private final Path profile;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private @Nullable String session;

  private Browser(Process process, Path profile, URI address) throws InterruptedException {
    this.process = process;
    this.profile = profile;
    try {
      this.socket =
          HttpClient.newHttpClient()
              .newWebSocketBuilder()
              .buildAsync(address, new Ear())
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Chromium does not answer", e);
    }
  }

  /** Where a Chromium is, if one is. */
  public static Optional<Path> installed() {
    return Stream.concat(
            Stream.ofNullable(System.getenv("CHROMIUM")),
            Stream.of(
                "/usr/bin/chromium",
                "/usr/bin/chromium-browser",
                "/usr/bin/google-chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"))
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Opens an empty page. */
  public static Browser open(Path chromium, int width, int height) {
    try {
      Path profile = Files.createTempDirectory("weirkeeper-chromium");
      Process process =
          new ProcessBuilder(
                  chromium.toString(),
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--disable-dev-shm-usage",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                  "--no-first-run",
                  "--hide-scrollbars",
                  "--remote-debugging-port=0",
                  "--remote-allow-origins=*",
                  "--window-size=%d,%d".formatted(width, height),
                  "--user-data-dir=" + profile,
                  "about:blank")
              .redirectErrorStream(true)
              .redirectOutput(profile.resolve("output").toFile())
              .start();
      Path port = profile.resolve("DevToolsActivePort");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> Files.exists(port) && Files.readAllLines(port).size() == 2);
      List<String> lines = Files.readAllLines(port);
      Browser browser =
          new Browser(
              process,
              profile,
              URI.create("ws://127.0.0.1:%s%s".formatted(lines.get(0), lines.get(1))));
      browser.attach(width, height);
      return browser;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void attach(int width, int height) {
    String target =
        call("Target.createTarget", Map.of("url", "about:blank")).path("targetId").asString("");
    session =
        call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .path("sessionId")
            .asString("");
    call("Page.enable", Map.of());
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
    call("Network.enable", Map.of());
    size(width, height);
  }

  /** Makes the window so large. */
  public void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Goes to an address. */
  public void go(String url) {
    call("Page.navigate", Map.of("url", url));
  }

  /** The value of an expression. */
  public JsonNode value(String script) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", script, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(
          script + ": " + answer.path("exceptionDetails").path("exception").path("description"));
    }
    return answer.path("result").path("value");
  }

  /** Waits until an expression is true. */
  public void until(String condition) {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> value("Boolean(" + condition + ")").asBoolean(false));
    } catch (org.awaitility.core.ConditionTimeoutException e) {
      throw new AssertionError(
          "not so: %s; the page shows: %s; errors: %s"
              .formatted(condition, value("document.body.innerText"), errors),
          e);
    }
  }

  /** Waits until the page shows a text. */
  public void shows(String text) {
    until("document.body.innerText.includes(" + MAPPER.writeValueAsString(text) + ")");
  }

  /** Presses a key: a character, or a name such as {@code Enter}. */
  public void press(String key) {
    Map<String, Object> down =
        switch (key) {
          case "Enter" -> key(key, 13, "\r");
          case "Tab" -> key(key, 9, null);
          case "Escape" -> key(key, 27, null);
          case "ArrowDown" -> key(key, 40, null);
          case "End" -> key(key, 35, null);
          default -> key(key, key.toUpperCase(java.util.Locale.ROOT).charAt(0), key);
        };
    call("Input.dispatchKeyEvent", with(down, "type", "keyDown"));
    Map<String, Object> up = new HashMap<>(down);
    up.remove("text");
    call("Input.dispatchKeyEvent", with(up, "type", "keyUp"));
  }

  /** Presses a key together with Control. */
  public void pressControl(String key) {
    Map<String, Object> pressed =
        with(key(key, key.toUpperCase(java.util.Locale.ROOT).charAt(0), null), "modifiers", 2);
    call("Input.dispatchKeyEvent", with(pressed, "type", "rawKeyDown"));
    call("Input.dispatchKeyEvent", with(pressed, "type", "keyUp"));
  }

  /** Types a text where the cursor is. */
  public void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  private static Map<String, Object> key(String key, int code, @Nullable String text) {
    Map<String, Object> event = new HashMap<>();
    event.put("key", key);
    event.put("windowsVirtualKeyCode", code);
    if (text != null) {
      event.put("text", text);
    }
    return event;
  }

  private static Map<String, Object> with(Map<String, Object> event, String name, Object value) {
    Map<String, Object> more = new HashMap<>(event);
    more.put(name, value);
    return more;
  }

  /** What the page looks like, as a PNG. */
  public void picture(Path file) throws IOException {
    String data = call("Page.captureScreenshot", Map.of("format", "png")).path("data").asString("");
    Files.write(file, Base64.getDecoder().decode(data));
  }

  /** Whether it prefers dark pages. */
  public void dark(boolean dark) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Exceptions, console errors and refused loads until now. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /** Addresses of all requests until now. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    int id = ids.incrementAndGet();
    Map<String, Object> message = new HashMap<>();
    message.put("id", id);
    message.put("method", method);
    message.put("params", parameters);
    if (session != null) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    synchronized (socket) {
      socket.sendText(MAPPER.writeValueAsString(message), true).join();
    }
    try {
      JsonNode got = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (got.has("error")) {
        throw new IllegalStateException(method + ": " + got.path("error"));
      }
      return got.path("result");
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(method, e);
    }
  }

  private void heard(JsonNode message) {
    if (message.has("id")) {
      Objects.requireNonNull(waiting.remove(message.path("id").asInt())).complete(message);
      return;
    }
    JsonNode parameters = message.path("params");
    switch (message.path("method").asString("")) {
      case "Runtime.exceptionThrown" -> errors.add(parameters.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (parameters.path("type").asString("").equals("error")) {
          errors.add(parameters.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        JsonNode entry = parameters.path("entry");
        if (entry.path("level").asString("").equals("error")) {
          errors.add(entry.toString());
        }
      }
      case "Page.javascriptDialogOpening" -> errors.add("a dialog: " + parameters);
      case "Network.requestWillBeSent" ->
          requests.add(parameters.path("request").path("url").asString(""));
      default -> {
        // The protocol tells much more than is asked.
      }
    }
  }

  private final class Ear implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String whole = text.toString();
        text.setLength(0);
        heard(MAPPER.readTree(whole));
      }
      webSocket.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    socket.abort();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      children.forEach(ProcessHandle::destroyForcibly);
      Files.walkFileTree(
          profile,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
              // A folder in which the browser still writes is the system's to clean.
              folder.toFile().delete();
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
