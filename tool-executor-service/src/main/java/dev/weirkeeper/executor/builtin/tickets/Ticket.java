package dev.weirkeeper.executor.builtin.tickets;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A ticket as a model is shown it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Ticket(
    String ticketId,
    String title,
    String description,
    Status status,
    Priority priority,
    @Nullable String requesterId,
    @Nullable String assigneeId,
    Instant createdAt,
    Instant updatedAt) {

  static final String COLUMNS =
      "ticket_id, title, description, status, priority, requester_id, assignee_id, created_at,"
          + " updated_at";

  /** How far a ticket has come. The wire names are the constants in lower case. */
  enum Status {
    OPEN,
    IN_PROGRESS,
    RESOLVED,
    CLOSED;

    String stored() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How soon a ticket is to be worked on. */
  enum Priority {
    LOW,
    NORMAL,
    HIGH,
    URGENT;

    String stored() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The ticket of a row that holds {@link #COLUMNS}. */
  static Ticket of(ResultSet row) throws SQLException {
    return new Ticket(
        row.getString("ticket_id"),
        row.getString("title"),
        row.getString("description"),
        Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
        Priority.valueOf(row.getString("priority").toUpperCase(Locale.ROOT)),
        row.getString("requester_id"),
        row.getString("assignee_id"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }

  /** The same with its description cut to so many characters, for lists. */
  Ticket summarized(int length) {
    return description.length() <= length
        ? this
        : new Ticket(
            ticketId,
            title,
            description.substring(0, length) + "…",
            status,
            priority,
            requesterId,
            assigneeId,
            createdAt,
            updatedAt);
  }
}
