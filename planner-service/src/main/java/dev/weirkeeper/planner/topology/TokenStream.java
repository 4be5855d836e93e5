package dev.weirkeeper.planner.topology;

import dev.weirkeeper.operations.redaction.Redaction;
import dev.weirkeeper.wire.ModelCall;
import dev.weirkeeper.wire.TokenDelta;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * What models say while they say it, for interfaces: sentence by sentence and line by line, so that
 * no secret is cut in two before it is looked for. Best effort: nobody waits for it, a piece that
 * can't be written is left out, and the reply is the only truth. Thread-safe.
 */
public final class TokenStream implements AutoCloseable {
  private static final Pattern END = Pattern.compile("\\n|[.!?。！？][\"')\\]]*\\s");
  private static final String KEY_BEGINS = "-----BEGIN";

  /**
   * What is held is looked through once: the end of a sentence or the beginning of a key is no
   * longer.
   */
  private static final int OVERLAP = 16;

  private final Producer<String, TokenDelta> producer;
  private final String topic;
  private final Redaction redaction;

  /**
   * A stream.
   *
   * @param producer closed with this; made with {@link #settings}
   */
  public TokenStream(Producer<String, TokenDelta> producer, String topic, Redaction redaction) {
    this.producer = producer;
    this.topic = topic;
    this.redaction = redaction;
  }

  /** Settings of a producer that gives up rather than wait. */
  public static Map<String, Object> settings(Map<String, Object> producing, String clientId) {
    Map<String, Object> settings = new HashMap<>(producing);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
    settings.put(ProducerConfig.ACKS_CONFIG, "1");
    settings.put(ProducerConfig.RETRIES_CONFIG, 0);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 20);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L * 1024 * 1024);
    return settings;
  }

  /**
   * The text of a call. Used by one thread; what is still held back is written when it is closed.
   */
  public final class Text implements Consumer<String>, AutoCloseable {
    private final ModelCall call;
    private final StringBuilder held = new StringBuilder();
    private int index;

    /** Whether what is held has the beginning of a private key. */
    private boolean key;

    private Text(ModelCall call) {
      this.call = call;
    }

    @Override
    public void accept(String piece) {
      int from = Math.max(0, held.length() - OVERLAP);
      held.append(piece);
      key = key || held.indexOf(KEY_BEGINS, from) >= 0;
      if (key) {
        return;
      }
      int end = 0;
      Matcher ends = END.matcher(held);
      ends.region(from, held.length());
      while (ends.find()) {
        end = ends.end();
      }
      write(end);
    }

    @Override
    public void close() {
      write(held.length());
    }

    private void write(int end) {
      if (end == 0) {
        return;
      }
      String text = redaction.apply(held.substring(0, end));
      held.delete(0, end);
      TokenDelta delta = new TokenDelta(call.getCallId(), call.getSessionId(), index++, text);
      try {
        var _ = producer.send(new ProducerRecord<>(topic, call.getSessionId(), delta));
      } catch (KafkaException _) {
        // The gap in the index tells whoever reads it.
      }
    }
  }

  /** Opens the text of a call. */
  public Text of(ModelCall call) {
    return new Text(call);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
  }
}
