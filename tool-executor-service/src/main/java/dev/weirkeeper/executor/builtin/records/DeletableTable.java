package dev.weirkeeper.executor.builtin.records;

import dev.weirkeeper.operations.config.Setting;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table that records may be deleted from.
 *
 * @param name {@code table} in the tools' schema, or {@code schema.table}
 * @param key column that identifies a record
 */
public record DeletableTable(String name, String key) {
  private static final String WORD = "[a-z_][a-z0-9_]{0,62}";
  private static final Pattern FORM =
      Pattern.compile("(" + WORD + "(?:\\." + WORD + ")?):(" + WORD + ")");

  public static final Setting<Optional<List<DeletableTable>>> TABLES =
      Setting.list("tools.delete-record.tables")
          .as(items -> items.stream().map(DeletableTable::parse).toList())
          .optional()
          .describedAs(
              "tables that delete_record may delete from, each with its key column, such as"
                  + " tickets:ticket_id");

  /**
   * Reads {@code table:key}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  static DeletableTable parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "tables such as tickets:ticket_id or crm.contacts:contact_id, in lower case");
    }
    return new DeletableTable(form.group(1), form.group(2));
  }

  /** The table as it is written in SQL; its form allows nothing that needs escaping. */
  String quoted() {
    return '"' + name.replace(".", "\".\"") + '"';
  }
}
