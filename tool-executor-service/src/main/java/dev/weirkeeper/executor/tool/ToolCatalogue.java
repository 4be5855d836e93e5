package dev.weirkeeper.executor.tool;

import dev.weirkeeper.wire.ToolDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The tools an executor offers, by name. Immutable and thread-safe. */
public final class ToolCatalogue {

  private final SequencedMap<String, Entry> entries;

  /**
   * A tool with what is worked out once.
   *
   * @param tool the tool
   * @param declaration what it is
   * @param schema its input schema, ready to check arguments
   * @param version of its definition
   */
  public record Entry(
      CallableTool tool, ToolDeclaration declaration, InputSchema schema, String version) {

    static Entry of(CallableTool tool) {
      ToolDeclaration declaration = tool.declaration();
      return new Entry(
          tool, declaration, InputSchema.of(declaration.inputSchema()), declaration.version());
    }
  }

  private ToolCatalogue(SequencedMap<String, Entry> entries) {
    this.entries = entries;
  }

  /**
   * A catalogue of the given tools.
   *
   * @param tools objects with methods marked {@link Tool}, and {@link CallableTool}s
   * @throws IllegalArgumentException naming the tool and what is wrong with its declaration, or two
   *     tools of the same name, or an object without tools
   */
  public static ToolCatalogue of(Object... tools) {
    return of(List.of(tools));
  }

  /** As {@link #of(Object...)}. */
  public static ToolCatalogue of(Collection<?> tools) {
    TreeMap<String, Entry> entries = new TreeMap<>();
    tools.stream().flatMap(ToolCatalogue::toolsOf).forEach(tool -> add(entries, tool));
    return new ToolCatalogue(entries);
  }

  private static Stream<CallableTool> toolsOf(Object object) {
    if (object instanceof CallableTool tool) {
      return Stream.of(tool);
    }
    List<CallableTool> methods = AnnotatedTool.of(object);
    if (methods.isEmpty()) {
      throw new IllegalArgumentException(
          object.getClass().getName()
              + " has no method marked @Tool and is no CallableTool: it offers nothing");
    }
    return methods.stream();
  }

  private static void add(Map<String, Entry> entries, CallableTool tool) {
    Entry entry = Entry.of(tool);
    if (entries.putIfAbsent(entry.declaration().name(), entry) != null) {
      throw new IllegalArgumentException(
          "two tools are called '"
              + entry.declaration().name()
              + "': rename one, a name stands for one tool in the whole system");
    }
  }

  /** The tool of a name. */
  public Optional<Entry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /** Every tool, in order of name. */
  public Collection<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /** Every tool's name, in order. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** What is published, in order of name. */
  public List<ToolDefinition> definitions() {
    return entries.values().stream().map(entry -> entry.declaration().toWire()).toList();
  }
}
