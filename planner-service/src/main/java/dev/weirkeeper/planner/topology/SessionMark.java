package dev.weirkeeper.planner.topology;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** What the index of sessions says about one: whether it is open, and when it last moved. */
final class SessionMark {
  private static final String FIRST_ID = " ";
  private static final String LAST_ID = "\u007f";

  private SessionMark() {}

  /** Those of all sessions: what else is in their store has keys that no session has. */
  static KeyValueIterator<String, byte[]> all(KeyValueStore<String, byte[]> store) {
    return store.range(FIRST_ID, LAST_ID);
  }

  static byte[] bytes(boolean open, Instant at) {
    return ByteBuffer.allocate(1 + Long.BYTES)
        .put((byte) (open ? 1 : 0))
        .putLong(at.toEpochMilli())
        .array();
  }

  static boolean open(byte[] mark) {
    return mark.length == 1 + Long.BYTES && mark[0] == 1;
  }

  static Instant at(byte[] mark) {
    return mark.length == 1 + Long.BYTES
        ? Instant.ofEpochMilli(ByteBuffer.wrap(mark).getLong(1))
        : Instant.MAX;
  }
}
