package dev.weirkeeper.system.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How a child JVM is run.
 *
 * @param heap its largest heap, as {@code -Xmx} takes it
 * @param options further options of the JVM
 */
public record Jvm(String heap, List<String> options) {

  private static final List<String> ALWAYS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-Dfile.encoding=UTF-8",
          "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=dev.weirkeeper.wire");

  public Jvm {
    options = List.copyOf(options);
  }

  /** Starts fast and stays small: for being killed often. */
  public static Jvm quick(String heap) {
    return new Jvm(heap, List.of("-XX:TieredStopAtLevel=1"));
  }

  /** Compiles as a server does: for being measured. */
  public static Jvm steady(String heap) {
    return new Jvm(heap, List.of());
  }

  /** The same with one more option. */
  public Jvm with(String option) {
    List<String> more = new ArrayList<>(options);
    more.add(option);
    return new Jvm(heap, more);
  }

  /** The command that runs a main class in it, without the class path. */
  List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ALWAYS);
    command.add("-Xmx" + heap);
    command.addAll(options);
    return command;
  }
}
