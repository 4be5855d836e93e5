package dev.weirkeeper.audit.chain;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was stored here since the last root of each partition, so that closing a run needs no second
 * reading of the store. It is a memory only: where it does not begin at the end of the last root,
 * because somebody else stored what is between, the store is read instead.
 *
 * <p>Thread-safe. What it keeps of a partition grows with the logarithm of its records.
 */
public final class OpenRuns {

  private record Place(int topicId, int partition) {}

  private static final class Run {
    final long from;
    final MerkleTree tree = new MerkleTree();
    long to;

    Run(long from) {
      this.from = from;
      this.to = from;
    }
  }

  private final Map<Place, Run> runs = new HashMap<>();

  /**
   * A run that is complete. One without records, such as only markers of transactions, goes on.
   *
   * @param to the offset after it
   * @param tree over the digests of its records
   */
  record Closed(long to, MerkleTree tree) {}

  /**
   * Notes what a committed batch holds of a partition.
   *
   * @param from the offset the batch begins with, and where the one before it has ended
   * @param to the offset after the batch
   * @param digests of its records, in the order of their offsets
   */
  public synchronized void stored(
      int topicId, int partition, long from, long to, List<byte[]> digests) {
    Run run =
        runs.compute(
            new Place(topicId, partition),
            (_, open) -> open == null || open.to != from ? new Run(from) : open);
    digests.forEach(run.tree::add);
    run.to = to;
  }

  /**
   * Closes what begins at this offset, and begins anew behind it. What begins elsewhere is
   * forgotten, unless it lies behind all that the caller knows to be stored.
   *
   * @param from the end of the last root
   * @param stored the offset up to which the caller knows the store to reach
   * @return nothing where the store has to be read
   */
  synchronized Optional<Closed> close(int topicId, int partition, long from, long stored) {
    Place place = new Place(topicId, partition);
    Run run = runs.get(place);
    if (run == null || run.from >= stored) {
      return Optional.empty();
    }
    if (run.from == from && run.tree.size() == 0) {
      return Optional.of(new Closed(run.to, new MerkleTree()));
    }
    runs.put(place, new Run(run.to));
    return run.from == from ? Optional.of(new Closed(run.to, run.tree)) : Optional.empty();
  }
}
