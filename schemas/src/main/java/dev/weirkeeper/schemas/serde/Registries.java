package dev.weirkeeper.schemas.serde;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The registries this process talks to, one for each place. */
final class Registries {

  private static final ConcurrentMap<SerdeSettings.Registry, SchemaRegistry> OPEN =
      new ConcurrentHashMap<>();

  private Registries() {}

  static SchemaRegistry of(SerdeSettings.Registry settings) {
    return OPEN.computeIfAbsent(
        settings,
        s ->
            switch (s) {
              case SerdeSettings.Registry.InMemory memory -> new InMemoryRegistry();
              case SerdeSettings.Registry.Http http -> new HttpRegistry(http);
            });
  }
}
