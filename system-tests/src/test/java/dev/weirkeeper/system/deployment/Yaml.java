package dev.weirkeeper.system.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** YAML as plain maps and lists, with {@code <<} merged as compose merges it. */
final class Yaml {

  private Yaml() {}

  /** Every document of a file. */
  static List<Map<String, Object>> documents(Path file) throws IOException {
    List<Map<String, Object>> documents = new ArrayList<>();
    new Load(LoadSettings.builder().build())
        .loadAllFromString(Files.readString(file))
        .forEach(document -> documents.add(map(merged(document))));
    return documents;
  }

  @SuppressWarnings("unchecked") // keys of YAML maps of ours are texts
  static Map<String, Object> map(@Nullable Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }

  static List<?> list(@Nullable Object value) {
    return value == null ? List.of() : (List<?>) value;
  }

  private static @Nullable Object merged(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> given -> {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        Object base = given.get("<<");
        for (Object one :
            base instanceof List<?> several ? several : base == null ? List.of() : List.of(base)) {
          map(merged(one)).forEach(all::putIfAbsent);
        }
        given.forEach(
            (key, item) -> {
              if (!"<<".equals(key)) {
                all.put(String.valueOf(key), merged(item));
              }
            });
        yield all;
      }
      case List<?> items -> items.stream().map(Yaml::merged).toList();
      case null, default -> value;
    };
  }
}
