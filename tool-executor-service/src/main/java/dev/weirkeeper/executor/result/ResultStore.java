package dev.weirkeeper.executor.result;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Keeps whole results. Thread-safe, and shared by all executors of a pool. */
public interface ResultStore {

  /**
   * Keeps a result. Keeping the same one again changes nothing.
   *
   * @throws IOException if it could not be kept
   */
  void put(StoredResult result) throws IOException;

  /**
   * The result of a handle, if there is one.
   *
   * @throws IOException if the store can't be asked
   */
  Optional<StoredResult> find(String handle) throws IOException;

  /**
   * Deletes what is older.
   *
   * @return how many results
   * @throws IOException if the store can't be asked
   */
  int forget(Duration age) throws IOException;
}
