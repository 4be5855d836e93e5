package dev.weirkeeper.audit.query;

import dev.weirkeeper.audit.store.Database;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** The audit store as it is asked. Thread-safe; the database stays its owner's to close. */
public final class Store {

  private static final String CANCELLED = "57014";
  private static final String UNDEFINED_TABLE = "42P01";

  private final Jdbi jdbi;
  private final TopicNames topics = new TopicNames();

  /**
   * @param database made by {@link Database#reading}
   */
  public Store(Database database) {
    this.jdbi = Jdbi.create(database.dataSource()).registerArrayType(String.class, "text");
    // One question may be asked in two statements, of which each takes what it needs.
    jdbi.configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true));
  }

  /** Something read with a handle. */
  interface Reading<T> {
    T read(Asked asked);
  }

  /** One question's way to the store. */
  record Asked(Handle handle, TopicNames topics) {

    <T> List<T> list(Select select, String sql, Select.Reader<T> reader) {
      return select.list(handle, topics, sql, reader);
    }

    <T> Optional<T> first(Select select, String sql, Select.Reader<T> reader) {
      return list(select, sql, reader).stream().findFirst();
    }
  }

  /**
   * Reads.
   *
   * @throws StoreAwayException if the store can't answer now
   */
  <T> T read(Reading<T> reading) {
    return asked(
        () ->
            jdbi.<T, RuntimeException>withHandle(
                handle -> reading.read(new Asked(handle, known(handle)))));
  }

  /** Reads with several statements that see the same state of the store. */
  <T> T snapshot(Reading<T> reading) {
    return asked(
        () ->
            jdbi.<T, RuntimeException>inTransaction(
                TransactionIsolationLevel.REPEATABLE_READ,
                handle -> reading.read(new Asked(handle, known(handle)))));
  }

  private TopicNames known(Handle handle) {
    topics.refresh(handle);
    return topics;
  }

  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (JdbiException e) {
      throw away(e);
    }
  }

  private static RuntimeException away(JdbiException e) {
    SQLException cause = cause(e);
    if (cause == null) {
      return e;
    }
    String state = String.valueOf(cause.getSQLState());
    if (state.equals(CANCELLED)) {
      return new StoreAwayException(
          "the question takes longer than it may: ask for a shorter time, or fewer at once",
          true,
          e);
    }
    if (state.equals(UNDEFINED_TABLE)) {
      return new StoreAwayException("the audit store is not there yet", false, e);
    }
    return state.startsWith("08")
            || state.startsWith("57")
            || state.startsWith("53")
            || cause instanceof java.sql.SQLTransientException
        ? new StoreAwayException("PostgreSQL: " + Database.reason(cause), false, e)
        : e;
  }

  private static @Nullable SQLException cause(Throwable e) {
    for (Throwable now = e; now != null; now = now.getCause()) {
      if (now instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }
}
