package dev.weirkeeper.audit.access;

import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tenants whose records a token sees: all, or those named. */
public final class Tenants {

  /** Every tenant, and what belongs to none. */
  public static final Tenants ALL = new Tenants(Set.of());

  private static final String EVERY = "*";

  private final Set<String> named;

  private Tenants(Set<String> named) {
    this.named = named;
  }

  /**
   * The tenants of names.
   *
   * @throws IllegalArgumentException if there is none, or one can't stand in a token file
   */
  public static Tenants of(Collection<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("at least one tenant is needed, or * for all");
    }
    if (names.contains(EVERY)) {
      return ALL;
    }
    for (String name : names) {
      if (!name.matches("[^\\s,#*]{1,256}")) {
        throw new IllegalArgumentException(
            "'%s' can't be a tenant of a token: 1 to 256 characters without space, comma, # and *"
                .formatted(name));
      }
    }
    return new Tenants(Set.copyOf(names));
  }

  /** Reads {@link #toString}'s form. */
  static Tenants parse(String text) {
    return of(Arrays.asList(text.split(",", -1)));
  }

  /** True if every tenant is meant. */
  public boolean all() {
    return named.isEmpty();
  }

  /** True if this tenant's records are seen. */
  public boolean see(@Nullable String tenant) {
    return all() || (tenant != null && named.contains(tenant));
  }

  /** The names, sorted; empty: all. */
  public Set<String> names() {
    return new TreeSet<>(named);
  }

  @Override
  public String toString() {
    return all() ? EVERY : named.stream().sorted().collect(Collectors.joining(","));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tenants tenants && tenants.named.equals(named);
  }

  @Override
  public int hashCode() {
    return named.hashCode();
  }
}
