package dev.weirkeeper.planner.topology;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** State stores that a planner finds again when it is started again. */
final class KeptStores {
  /** What the stores of a planner have done; each is used by one thread. */
  private static final class Counts {
    private long bytesWritten;
    private long reads;
  }

  private final Counts counts = new Counts();
  private final Map<String, NavigableMap<Bytes, byte[]>> kept = new HashMap<>();

  KeyValueBytesStoreSupplier store(String name) {
    NavigableMap<Bytes, byte[]> entries = kept.computeIfAbsent(name, _ -> new TreeMap<>());
    return new KeyValueBytesStoreSupplier() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public KeyValueStore<Bytes, byte[]> get() {
        return new Kept(name, entries, counts);
      }

      @Override
      public String metricsScope() {
        return "kept";
      }
    };
  }

  long bytesWritten() {
    return counts.bytesWritten;
  }

  long reads() {
    return counts.reads;
  }

  /** All keys and values. */
  String text() {
    StringBuilder text = new StringBuilder();
    kept.values()
        .forEach(
            entries ->
                entries.forEach(
                    (key, value) ->
                        text.append(new String(key.get(), StandardCharsets.ISO_8859_1))
                            .append(' ')
                            .append(new String(value, StandardCharsets.ISO_8859_1))
                            .append('\n')));
    return text.toString();
  }

  private static final class Kept implements KeyValueStore<Bytes, byte[]> {
    private final String name;
    private final NavigableMap<Bytes, byte[]> entries;
    private final Counts counts;
    private boolean open;

    Kept(String name, NavigableMap<Bytes, byte[]> entries, Counts counts) {
      this.counts = counts;
      this.name = name;
      this.entries = entries;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
      context.register(root, (_, _) -> {});
      open = true;
    }

    @Override
    public Position getPosition() {
      return Position.emptyPosition();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
      counts.bytesWritten += key.get().length + (value == null ? 0 : value.length);
      if (value == null) {
        entries.remove(key);
      } else {
        entries.put(key, value);
      }
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
      return entries.putIfAbsent(key, value);
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> all) {
      all.forEach(one -> put(one.key, one.value));
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
      return entries.remove(key);
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
      counts.reads++;
      return entries.get(key);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
      return iterator(entries.subMap(from, true, to, true));
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
      return iterator(entries);
    }

    private KeyValueIterator<Bytes, byte[]> iterator(NavigableMap<Bytes, byte[]> part) {
      Iterator<Map.Entry<Bytes, byte[]>> all = List.copyOf(part.entrySet()).iterator();
      return new KeyValueIterator<>() {
        @Override
        public boolean hasNext() {
          return all.hasNext();
        }

        @Override
        public KeyValue<Bytes, byte[]> next() {
          counts.reads++;
          Map.Entry<Bytes, byte[]> next = all.next();
          return KeyValue.pair(next.getKey(), next.getValue());
        }

        @Override
        public Bytes peekNextKey() {
          throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public long approximateNumEntries() {
      return entries.size();
    }

    @Override
    public void close() {
      open = false;
    }

    @Override
    public boolean persistent() {
      return false;
    }

    @Override
    public boolean isOpen() {
      return open;
    }
  }
}
