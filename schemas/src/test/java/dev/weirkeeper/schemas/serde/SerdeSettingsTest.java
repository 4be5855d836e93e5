package dev.weirkeeper.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SerdeSettingsTest {

  @Test
  void every_setting_has_its_place_in_the_documentation() throws IOException {
    String page = Files.readString(Path.of("../docs/serialization.md"));
    List<String> settings =
        Arrays.stream(SerdeSettings.class.getDeclaredFields())
            .filter(
                f -> Modifier.isStatic(f.getModifiers()) && !Modifier.isPrivate(f.getModifiers()))
            .filter(f -> f.getType() == String.class)
            .map(SerdeSettingsTest::value)
            .toList();

    // What exists for keys and values is written out for values only.
    assertThat(settings)
        .hasSizeGreaterThan(10)
        .allSatisfy(
            setting ->
                assertThat(page).contains(setting.replace("avro.key.type", "avro.value.type")));
  }

  private static String value(Field field) {
    try {
      return (String) field.get(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
