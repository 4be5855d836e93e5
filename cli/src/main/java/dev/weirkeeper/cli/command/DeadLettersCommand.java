package dev.weirkeeper.cli.command;

import dev.weirkeeper.cli.cluster.Cluster;
import dev.weirkeeper.cli.cluster.TopicScan;
import dev.weirkeeper.cli.terminal.Amounts;
import dev.weirkeeper.cli.terminal.Table;
import dev.weirkeeper.cli.terminal.Terminal;
import dev.weirkeeper.cli.trouble.ExitCode;
import dev.weirkeeper.cli.trouble.Trouble;
import dev.weirkeeper.schemas.deadletter.DeadLetter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Section.Of(Section.CLUSTER)
@Command(
    name = "dead-letters",
    description = "Records that could not be read or handled.",
    subcommands = {
      DeadLettersCommand.ListLetters.class,
      DeadLettersCommand.Show.class,
      DeadLettersCommand.Retry.class
    })
final class DeadLettersCommand extends Group {

  private static final Pattern PLACE = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

  /** A dead letter as it is shown. Its place is what show and retry take. */
  record Letter(
      String place,
      Instant written,
      String key,
      String origin,
      String service,
      String reason,
      int bytes) {

    static Letter of(ConsumerRecord<byte[], byte[]> record) {
      Optional<DeadLetter> letter = DeadLetter.of(record.headers());
      return new Letter(
          record.partition() + ":" + record.offset(),
          Instant.ofEpochMilli(record.timestamp()),
          printable(record.key()),
          letter
              .map(known -> known.topic() + "-" + known.partition() + "@" + known.offset())
              .orElse("unknown"),
          letter.map(DeadLetter::service).orElse("unknown"),
          letter.map(DeadLetter::reason).orElse("no reason given"),
          record.value() == null ? 0 : record.value().length);
    }
  }

  @Command(
      name = "list",
      description = "Show every dead letter, oldest first.",
      footer = {"%nExamples:", "  weir dead-letters list --origin agent.tasks"})
  static final class ListLetters extends ClusterCommand {

    @Option(names = "--origin", paramLabel = "TOPIC", description = "of this topic only")
    @Nullable String origin;

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) {
      Table table = new Table("place", "written", "origin", "put aside by", "bytes", "reason");
      List<Letter> letters = new ArrayList<>();
      new TopicScan(cluster)
          .records(
              cluster.topics().deadLetters().name(),
              Optional.empty(),
              record -> letters.add(Letter.of(record)));
      for (Letter letter : letters) {
        if (origin != null && !letter.origin().startsWith(origin + "-")) {
          continue;
        }
        if (terminal.json()) {
          terminal.show(letter, String::new);
        }
        table.row(
            letter.place(),
            Amounts.moment(letter.written()),
            letter.origin(),
            letter.service(),
            letter.bytes(),
            Amounts.head(letter.reason(), 80));
      }
      if (!terminal.json()) {
        terminal.show(letters, () -> table.isEmpty() ? "no dead letters" : table.toString());
      }
      return ExitCode.DONE;
    }
  }

  abstract static class LetterCommand extends ClusterCommand {

    @Parameters(paramLabel = "PLACE", description = "partition:offset, as list shows it")
    String place = "";

    final ConsumerRecord<byte[], byte[]> letter(Cluster cluster) {
      Matcher form = PLACE.matcher(place);
      if (!form.matches()) {
        throw new Trouble(
            ExitCode.USAGE,
            "'%s' is no place: expected partition:offset, as weir dead-letters list shows it"
                .formatted(place));
      }
      String topic = cluster.topics().deadLetters().name();
      return new TopicScan(cluster)
          .at(topic, Integer.parseInt(form.group(1)), Long.parseLong(form.group(2)))
          .orElseThrow(
              () ->
                  new Trouble(
                      ExitCode.NOT_FOUND, "there is no record at " + place + " of " + topic));
    }
  }

  @Command(
      name = "show",
      description = "Show one dead letter with its headers and its bytes.",
      footer = {"%nExamples:", "  weir dead-letters show PLACE"})
  static final class Show extends LetterCommand {

    /** A dead letter in full. */
    record Whole(Letter letter, List<String> headers, String hex, String text) {}

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) {
      ConsumerRecord<byte[], byte[]> record = letter(cluster);
      List<String> headers = new ArrayList<>();
      for (Header header : record.headers()) {
        headers.add(header.key() + ": " + printable(header.value()));
      }
      byte[] value = record.value() == null ? new byte[0] : record.value();
      Whole whole =
          new Whole(Letter.of(record), headers, HexFormat.of().formatHex(value), printable(value));
      terminal.show(
          whole,
          () ->
              "%s of %s\nkey: %s\n%s\n\n%s"
                  .formatted(
                      whole.letter().reason(),
                      whole.letter().origin(),
                      whole.letter().key(),
                      String.join("\n", headers),
                      whole.text()));
      return ExitCode.DONE;
    }
  }

  @Command(
      name = "retry",
      description =
          "Write one dead letter to its topic again, as it was. Do it once the reason is gone.",
      footer = {"%nExamples:", "  weir dead-letters retry PLACE"})
  static final class Retry extends LetterCommand {

    /** Where a letter was written to. */
    record Written(String from, String topic, int partition, long offset) {}

    @Override
    ExitCode run(Cluster cluster, Terminal terminal) throws InterruptedException {
      ConsumerRecord<byte[], byte[]> record = letter(cluster);
      DeadLetter letter =
          DeadLetter.of(record.headers())
              .orElseThrow(
                  () ->
                      new Trouble(
                          ExitCode.OUTCOME,
                          "the record at " + place + " does not say which topic it came from"));
      if (record.value() != null && record.value().length >= DeadLetter.MAX_VALUE_BYTES) {
        throw new Trouble(
            ExitCode.OUTCOME,
            "the record at %s was cut when it was put aside: produce the original again"
                .formatted(place));
      }
      if (cluster.topics().all(cluster.address().pools()).stream()
          .noneMatch(topic -> topic.name().equals(letter.topic()))) {
        throw new Trouble(
            ExitCode.OUTCOME,
            "the record at %s came from %s, which is no topic of this system"
                .formatted(place, letter.topic()));
      }
      ProducerRecord<byte[], byte[]> again =
          new ProducerRecord<>(letter.topic(), null, record.key(), record.value());
      for (Header header : record.headers()) {
        if (!header.key().startsWith("weirkeeper.dead-letter.") && !header.key().startsWith("__")) {
          again.headers().add(header);
        }
      }
      RecordMetadata metadata = cluster.write(List.of(again)).getFirst();
      Written written =
          new Written(place, metadata.topic(), metadata.partition(), metadata.offset());
      terminal.show(
          written,
          () ->
              "written to %s-%d@%d"
                  .formatted(written.topic(), written.partition(), written.offset()));
      return ExitCode.DONE;
    }
  }

  /** Text if it is some, otherwise its bytes in hex. */
  private static String printable(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "";
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')
          ? HexFormat.ofDelimiter(" ").formatHex(bytes)
          : text;
    } catch (CharacterCodingException e) {
      return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
  }
}
