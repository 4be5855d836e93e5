package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.stack.LocalStack;
import dev.weirkeeper.operations.config.Given;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs commands as a terminal would, on one local stack for all test classes. */
final class OnAStack implements BeforeAllCallback, ParameterResolver {

  private static final String KEY = "stack";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a command did. */
  record Ran(int exit, String out, String err) {

    /** Its results, which are one JSON object per line. */
    List<JsonNode> json() {
      return out.lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }
  }

  /** A stack and its commands. */
  static final class Commands implements AutoCloseable {
    private final Path data;
    private final LocalStack stack;

    Commands() throws IOException, InterruptedException {
      data = Files.createTempDirectory("weir-commands");
      stack = LocalStack.start(data, Given.of(Map.of()), (_, _, _) -> {});
    }

    /** How to reach the stack. */
    Map<String, String> address() {
      return stack.address();
    }

    /** Runs a command on the stack. */
    Ran weir(String... arguments) {
      List<String> all = new ArrayList<>(List.of(arguments));
      all.addAll(List.of("--data", data.toString()));
      return elsewhere(all.toArray(String[]::new));
    }

    /** Runs a command that finds no stack by itself. */
    synchronized Ran elsewhere(String... arguments) {
      PrintStream out = System.out;
      PrintStream err = System.err;
      ByteArrayOutputStream results = new ByteArrayOutputStream();
      ByteArrayOutputStream notes = new ByteArrayOutputStream();
      System.setOut(ofThisThread(results, out));
      System.setErr(ofThisThread(notes, err));
      try {
        int exit = CommandTree.commands().execute(arguments);
        return new Ran(
            exit, results.toString(StandardCharsets.UTF_8), notes.toString(StandardCharsets.UTF_8));
      } finally {
        System.setOut(out);
        System.setErr(err);
      }
    }

    /** Takes what this thread prints; the services' log lines go where they went before. */
    private static PrintStream ofThisThread(OutputStream mine, PrintStream others) {
      Thread command = Thread.currentThread();
      return new PrintStream(
          new OutputStream() {
            @Override
            public void write(int one) throws IOException {
              (Thread.currentThread() == command ? mine : others).write(one);
            }

            @Override
            public void write(byte[] some, int from, int length) throws IOException {
              (Thread.currentThread() == command ? mine : others).write(some, from, length);
            }
          },
          true,
          StandardCharsets.UTF_8);
    }

    /** Runs a command until what it shows is as it should be. */
    Ran until(Predicate<Ran> met, String... arguments) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      Ran ran = weir(arguments);
      while (!met.test(ran) && System.nanoTime() < deadline) {
        ran = weir(arguments);
      }
      return ran;
    }

    /** Submits a task that asks for a call which waits for a person; gives the id of the call. */
    String waitingCall() {
      String session =
          weir("submit", "Please delete the user u_012.", "--json")
              .json()
              .getFirst()
              .path("session_id")
              .stringValue();
      Ran waiting = until(ran -> ran.out().contains(session), "approvals", "--json");
      return waiting.json().stream()
          .map(call -> call.path("call_id").stringValue())
          .filter(call -> call.startsWith(session + "/"))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public void close() throws IOException {
      stack.close();
      try (Stream<Path> files = Files.walk(data)) {
        files
            .sorted(Comparator.reverseOrder())
            .forEach(
                file -> {
                  try {
                    Files.delete(file);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
      }
    }
  }

  private static Commands commands(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(OnAStack.class))
        .computeIfAbsent(
            KEY,
            _ -> {
              try {
                return new Commands();
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("no stack to run commands on", e);
              }
            },
            Commands.class);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    commands(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Commands.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return commands(context);
  }
}
