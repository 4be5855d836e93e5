package dev.weirkeeper.local.junit;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Injects {@link KafkaForTests}. What it starts is stopped when JUnit is done. */
final class BrokerExtension implements ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(BrokerExtension.class);
  private static final AtomicInteger CLASSES = new AtomicInteger();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == KafkaForTests.class;
  }

  @Override
  public KafkaForTests resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> outermost = outermost(context.getRequiredTestClass());
    ExtensionContext.Store shared = context.getRoot().getStore(NAMESPACE);
    SharedServers servers =
        shared.computeIfAbsent(
            SharedServers.class, key -> SharedServers.start(), SharedServers.class);
    return shared.computeIfAbsent(
        outermost, key -> new KafkaForTests(servers, prefix(outermost)), KafkaForTests.class);
  }

  private static Class<?> outermost(Class<?> testClass) {
    Class<?> outer = testClass;
    while (outer.getEnclosingClass() != null) {
      outer = outer.getEnclosingClass();
    }
    return outer;
  }

  private static String prefix(Class<?> testClass) {
    String name = testClass.getSimpleName().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "-");
    return name + "-" + CLASSES.incrementAndGet() + ".";
  }
}
