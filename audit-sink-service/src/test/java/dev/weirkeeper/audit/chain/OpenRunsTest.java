package dev.weirkeeper.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class OpenRunsTest {

  private static final int TOPIC = 4;
  private static final int PARTITION = 1;

  private final OpenRuns runs = new OpenRuns();

  @Test
  void batches_that_follow_each_other_have_one_root() {
    stored(0, 3);
    stored(3, 7);

    assertThat(close(0, 7)).contains(root(0, 7));
  }

  @Test
  void the_next_run_begins_where_the_last_has_ended() {
    stored(0, 3);
    close(0, 3);
    stored(3, 5);

    assertThat(close(3, 5)).contains(root(3, 5));
  }

  @Test
  void what_was_stored_since_the_caller_looked_is_in_the_run_too() {
    stored(0, 3);
    stored(3, 5);

    assertThat(close(0, 3)).contains(root(0, 5));
    assertThat(runs.close(TOPIC, PARTITION, 5, 5)).isEmpty();
  }

  @Test
  void after_a_gap_the_store_is_read_once() {
    stored(0, 3);
    stored(5, 8);

    assertThat(close(0, 8)).isEmpty();
    stored(8, 9);
    assertThat(close(8, 9)).contains(root(8, 9));
  }

  @Test
  void what_was_stored_before_this_instance_began_is_read_from_the_store() {
    stored(10, 12);

    assertThat(close(4, 12)).isEmpty();
    stored(12, 13);
    assertThat(close(12, 13)).contains(root(12, 13));
  }

  @Test
  void what_lies_behind_all_that_the_caller_knows_waits_for_the_next_root() {
    stored(5, 8);

    assertThat(close(2, 5)).isEmpty();
    assertThat(close(5, 8)).contains(root(5, 8));
  }

  @Test
  void a_run_without_records_goes_on() {
    runs.stored(TOPIC, PARTITION, 0, 2, List.of());

    assertThat(runs.close(TOPIC, PARTITION, 0, 2).orElseThrow().tree().size()).isZero();
    stored(2, 4);
    assertThat(close(0, 4)).contains(root(2, 4));
  }

  @Test
  void partitions_and_topics_have_their_own_runs() {
    stored(0, 3);
    runs.stored(TOPIC, PARTITION + 1, 0, 9, digests(0, 9));
    runs.stored(TOPIC + 1, PARTITION, 0, 9, digests(0, 9));

    assertThat(close(0, 3)).contains(root(0, 3));
  }

  private void stored(long from, long to) {
    runs.stored(TOPIC, PARTITION, from, to, digests(from, to));
  }

  private Optional<String> close(long from, long stored) {
    return runs.close(TOPIC, PARTITION, from, stored)
        .map(run -> run.to() + " " + run.tree().root());
  }

  private static String root(long from, long to) {
    MerkleTree tree = new MerkleTree();
    digests(from, to).forEach(tree::add);
    return to + " " + tree.root();
  }

  private static List<byte[]> digests(long from, long to) {
    return LongStream.range(from, to).mapToObj(offset -> new byte[] {(byte) offset}).toList();
  }
}
