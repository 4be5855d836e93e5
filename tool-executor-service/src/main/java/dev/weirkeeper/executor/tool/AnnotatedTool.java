package dev.weirkeeper.executor.tool;

import dev.weirkeeper.executor.tool.ToolDeclaration.Effect;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** A tool that is a method marked {@link Tool}. */
final class AnnotatedTool implements CallableTool {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  private final Object owner;
  private final Method method;
  private final @Nullable Method reconciler;
  private final ToolDeclaration declaration;

  private AnnotatedTool(
      Object owner, Method method, @Nullable Method reconciler, ToolDeclaration declaration) {
    this.owner = owner;
    this.method = method;
    this.reconciler = reconciler;
    this.declaration = declaration;
  }

  /**
   * The tools among an object's methods, ordered by name.
   *
   * @throws IllegalArgumentException naming the method and what is wrong with its declaration
   */
  static List<CallableTool> of(Object owner) {
    return Arrays.stream(owner.getClass().getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Tool.class) && !method.isBridge())
        .sorted((a, b) -> a.getName().compareTo(b.getName()))
        .<CallableTool>map(method -> of(owner, method))
        .toList();
  }

  private static AnnotatedTool of(Object owner, Method method) {
    String where = owner.getClass().getSimpleName() + "." + method.getName();
    try {
      Tool tool = method.getAnnotation(Tool.class);
      checkParameters(method);
      Method reconciler = tool.reconcile().isEmpty() ? null : reconciler(owner, method, tool);
      method.setAccessible(true);
      return new AnnotatedTool(owner, method, reconciler, declaration(owner, method, tool));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
    }
  }

  private static ToolDeclaration declaration(Object owner, Method method, Tool tool) {
    String schema =
        tool.schema().isEmpty() ? generated(method) : resource(owner.getClass(), tool.schema());
    return new ToolDeclaration(
        tool.name(),
        tool.description(),
        InputSchema.of(schema).withFittingValues().canonical(),
        new Effect(tool.destructive(), tool.readOnly(), tool.idempotent()),
        duration(tool.timeout()),
        new RetryPolicy(tool.maxAttempts(), duration(tool.backoff()), duration(tool.maxBackoff())),
        tool.maxResultBytes(),
        tool.pool(),
        tool.concurrency() == 0 ? OptionalInt.empty() : OptionalInt.of(tool.concurrency()),
        tool.rate().isEmpty() ? Optional.empty() : Optional.of(RateLimit.parse(tool.rate())),
        owner.getClass().getPackageName().startsWith(BUILTIN_PACKAGE) ? "builtin" : "code",
        false);
  }

  private static final String BUILTIN_PACKAGE =
      AnnotatedTool.class.getPackageName().replaceFirst("\\.tool$", ".builtin");

  private static void checkParameters(Method method) {
    long contexts = count(method, ToolContext.class);
    if (contexts > 1 || method.getParameterCount() - contexts > 1) {
      throw new IllegalArgumentException(
          "a tool takes at most one input record and one ToolContext");
    }
    for (Parameter parameter : method.getParameters()) {
      Class<?> type = parameter.getType();
      if (!type.isRecord() && type != ToolContext.class && type != ObjectNode.class) {
        throw new IllegalArgumentException(
            "parameter "
                + parameter.getName()
                + " must be a record, an ObjectNode or a ToolContext, not "
                + type.getSimpleName());
      }
    }
  }

  private static long count(Method method, Class<?> type) {
    return Arrays.stream(method.getParameterTypes()).filter(type::equals).count();
  }

  private static Method reconciler(Object owner, Method method, Tool tool) {
    try {
      Method reconciler =
          owner.getClass().getDeclaredMethod(tool.reconcile(), method.getParameterTypes());
      if (!Reconciliation.class.isAssignableFrom(reconciler.getReturnType())) {
        throw new IllegalArgumentException(
            "reconcile method " + tool.reconcile() + " must return a Reconciliation");
      }
      reconciler.setAccessible(true);
      return reconciler;
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(
          "there is no reconcile method " + tool.reconcile() + " with the same parameters", e);
    }
  }

  private static String generated(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .filter(type -> type != ToolContext.class)
        .findFirst()
        .map(
            type -> {
              if (!type.isRecord()) {
                throw new IllegalArgumentException(
                    "an ObjectNode has no schema of its own: name a resource with one in schema");
              }
              return RecordSchema.of(type.asSubclass(Record.class));
            })
        .orElse("{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
  }

  private static String resource(Class<?> owner, String name) {
    try (InputStream stream = owner.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalArgumentException("there is no schema resource " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalArgumentException("schema resource " + name + " can't be read", e);
    }
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'" + text + "' must look like 500ms, 30s, 10m or 1h");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  @Override
  public ToolDeclaration declaration() {
    return declaration;
  }

  @Override
  public @Nullable Object call(ObjectNode arguments, ToolContext context) throws Exception {
    return invoke(method, arguments, context);
  }

  @Override
  public Reconciliation reconcile(ObjectNode arguments, ToolContext context) throws Exception {
    return reconciler != null
            && invoke(reconciler, arguments, context) instanceof Reconciliation found
        ? found
        : Reconciliation.cannotTell();
  }

  private @Nullable Object invoke(Method target, ObjectNode arguments, ToolContext context)
      throws Exception {
    Object[] values =
        Arrays.stream(target.getParameterTypes())
            .map(type -> type == ToolContext.class ? context : bound(type, arguments))
            .toArray();
    try {
      return target.invoke(owner, values);
    } catch (InvocationTargetException e) {
      switch (e.getCause()) {
        case Exception thrown -> throw thrown;
        case Error thrown -> throw thrown;
        case null, default -> throw e;
      }
    }
  }

  /** What passes the schema and still is no value of the record, such as a date of 31 February. */
  private static Object bound(Class<?> type, ObjectNode arguments) {
    if (type == ObjectNode.class) {
      return arguments;
    }
    try {
      return ToolJson.mapper().treeToValue(arguments, type);
    } catch (JacksonException e) {
      throw ToolFailure.invalidArguments(
              "the arguments don't fit: " + firstLine(e.getOriginalMessage()))
          .because(e);
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
