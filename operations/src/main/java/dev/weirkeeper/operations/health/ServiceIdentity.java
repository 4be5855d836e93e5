package dev.weirkeeper.operations.health;

import java.util.Map;
import java.util.TreeMap;

/**
 * Who a service is, for {@code /info}.
 *
 * @param service its name, such as {@code planner}
 * @param version of the build, {@code development} outside a jar
 * @param details anything else an operator wants to see, no secrets: topics, group, instance
 */
public record ServiceIdentity(String service, String version, Map<String, String> details) {

  public ServiceIdentity {
    details = Map.copyOf(new TreeMap<>(details));
  }

  /** An identity with the version written in the jar that a class comes from. */
  public static ServiceIdentity of(
      String service, Class<?> builtWith, Map<String, String> details) {
    String version = builtWith.getPackage().getImplementationVersion();
    return new ServiceIdentity(service, version == null ? "development" : version, details);
  }
}
