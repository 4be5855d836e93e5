package dev.weirkeeper.audit.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The console's files, as they are in the jar. They hold nothing secret and need no token. */
final class Pages {

  private static final String FOLDER = "/console/";

  /** No dot but the one of the ending: no path leads out of the folder. */
  private static final Pattern NAME =
      Pattern.compile("([a-z0-9-]+/)?[a-z0-9-]+\\.(html|css|js|svg)");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private record File(String text, String type, String tag) {}

  private final Map<String, Optional<File>> files = new ConcurrentHashMap<>();

  /** Answers with a file. */
  void answer(Context context, String name) {
    if (!NAME.matcher(name).matches()) {
      throw missing(name);
    }
    File file = files.computeIfAbsent(name, Pages::read).orElse(null);
    if (file == null) {
      // Names are asked for by anybody: only those that exist are remembered.
      files.remove(name);
      throw missing(name);
    }
    context.header("Cache-Control", "no-cache");
    context.header("ETag", file.tag());
    if (file.tag().equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    context.contentType(file.type());
    context.result(file.text());
  }

  private static Problem missing(String name) {
    return new Problem(Problem.Kind.NOT_FOUND, "the console has no file '%s'".formatted(name));
  }

  private static Optional<File> read(String name) {
    try (InputStream in = Pages.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      String tag =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 16);
      return Optional.of(
          new File(
              new String(bytes, StandardCharsets.UTF_8),
              TYPES.getOrDefault(
                  name.substring(name.lastIndexOf('.') + 1), "application/octet-stream"),
              '"' + tag + '"'));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException("a file of the jar can't be read: " + name, e);
    }
  }
}
