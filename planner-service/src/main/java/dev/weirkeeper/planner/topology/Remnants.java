package dev.weirkeeper.planner.topology;

import dev.weirkeeper.planner.money.NanoUsd;
import dev.weirkeeper.planner.session.Remnant;
import dev.weirkeeper.schemas.chain.EventHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What is kept of forgotten sessions, for ever: about 150 bytes each. In the store of the sessions'
 * marks, under keys that no session has, so that looking through the sessions passes over them. A
 * session that goes on keeps its remnant: its journal begins after it.
 */
final class Remnants {
  private static final String PREFIX = "\u0001";
  private static final int NUMBERS = 4 * Long.BYTES + Integer.BYTES;

  private final KeyValueStore<String, byte[]> store;

  Remnants(KeyValueStore<String, byte[]> store) {
    this.store = store;
  }

  void keep(LiveSession session) {
    Remnant remnant = Remnant.of(session.state);
    byte[] hash = session.lastHash.getBytes(StandardCharsets.US_ASCII);
    store.put(
        PREFIX + session.id,
        ByteBuffer.allocate(NUMBERS + hash.length)
            .putLong(remnant.sequence())
            .putLong(remnant.at().toEpochMilli())
            .putInt(remnant.turn())
            .putLong(remnant.spent().value())
            .putLong(remnant.unsettled().value())
            .put(hash)
            .array());
  }

  /** A session as it was before anything in its journal. */
  LiveSession begin(String sessionId) {
    byte[] bytes = store.get(PREFIX + sessionId);
    if (bytes == null) {
      return new LiveSession(sessionId, Remnant.NONE, EventHash.NONE);
    }
    ByteBuffer kept = ByteBuffer.wrap(bytes);
    Remnant remnant =
        new Remnant(
            kept.getLong(),
            Instant.ofEpochMilli(kept.getLong()),
            kept.getInt(),
            new NanoUsd(kept.getLong()),
            new NanoUsd(kept.getLong()));
    return new LiveSession(sessionId, remnant, StandardCharsets.US_ASCII.decode(kept).toString());
  }
}
