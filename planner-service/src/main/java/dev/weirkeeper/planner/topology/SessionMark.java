package dev.weirkeeper.planner.topology;

import java.nio.ByteBuffer;
import java.time.Instant;

/** What the index of sessions says about one: whether it is open, and when it last moved. */
final class SessionMark {
  private SessionMark() {}

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
