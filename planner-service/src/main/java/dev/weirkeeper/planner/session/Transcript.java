package dev.weirkeeper.planner.session;

import dev.weirkeeper.planner.session.SessionEvent.Content;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The agent's memory: what the model is shown, as references into the journal. Append-only and
 * shared between states, so a step costs what is new in it.
 *
 * @param size number of entries
 * @param items messages, tool calls and tool results, for bounding the tokens of a prompt
 * @param bytes UTF-8 length of all content
 * @param folded SHA-256 in hex over the content hashes, in order, but for the open one
 * @param open content hash of what the model said last, folded in with what comes after it: a turn
 *     is one hash, not two. Empty if nothing is open
 */
public record Transcript(
    int size, int items, long bytes, String folded, String open, Optional<Link> last) {

  static final Transcript EMPTY = new Transcript(0, 0, 0, "", "", Optional.empty());

  /** An entry and what was before it. */
  public record Link(Entry entry, Transcript before) {}

  /** One message. */
  public sealed interface Entry {
    /** What the user said: the task in the journal. */
    record UserText(long sequence) implements Entry {}

    /** What the model said: the reply in the journal. */
    record ModelTurn(long sequence) implements Entry {}

    /** The results of a turn's calls, in the order the model asked. */
    record ToolResults(List<AnsweredCall> calls) implements Entry {}
  }

  /** One call's answer. */
  public record AnsweredCall(String providerCallId, Answer answer) {}

  /** Where the answer to a call is. */
  public sealed interface Answer {
    /** In the journal: a tool result or a person's answer. */
    record Logged(long sequence) implements Answer {}

    /** The planner's own. */
    record Said(CallError error) implements Answer {}
  }

  Transcript plus(Entry entry, int moreItems, long moreBytes, String contentHash) {
    boolean opens = entry instanceof Entry.ModelTurn && open.isEmpty();
    return new Transcript(
        size + 1,
        items + moreItems,
        bytes + moreBytes,
        opens ? folded : fold(contentHash),
        opens ? contentHash : "",
        Optional.of(new Link(entry, this)));
  }

  private String fold(String contentHash) {
    return open.isEmpty() ? Sha256.of(folded, contentHash) : Sha256.of(folded, open, contentHash);
  }

  /** SHA-256 in hex over all content hashes, in order. */
  String digest() {
    return open.isEmpty() ? folded : Sha256.of(folded, open);
  }

  /** The answers of a turn, each with its content. */
  Transcript plusResults(List<AnsweredCall> calls, List<Content> contents) {
    String[] hashes = new String[contents.size()];
    long length = 0;
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = contents.get(i).hash();
      length += contents.get(i).bytes();
    }
    return plus(
        new Entry.ToolResults(List.copyOf(calls)),
        1 + hashes.length,
        length,
        hashes.length == 1 ? hashes[0] : Sha256.of(hashes));
  }

  /** The entries from a position on, oldest first. */
  public List<Entry> entriesFrom(int position) {
    List<Entry> entries = new ArrayList<>(Math.max(0, size - position));
    for (Transcript at = this; at.size > position; ) {
      Link link = at.last.orElseThrow();
      entries.add(link.entry);
      at = link.before;
    }
    Collections.reverse(entries);
    return entries;
  }

  /** Entry by entry; not by recursion, which a long conversation would not survive. */
  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Transcript that)
        || size != that.size
        || !folded.equals(that.folded)
        || !open.equals(that.open)) {
      return false;
    }
    Transcript one = this;
    Transcript two = that;
    while (one != two && one.last.isPresent() && two.last.isPresent()) {
      if (one.items != two.items
          || one.bytes != two.bytes
          || !one.last.get().entry.equals(two.last.get().entry)) {
        return false;
      }
      one = one.last.get().before;
      two = two.last.get().before;
    }
    return one == two || (one.last.isEmpty() && two.last.isEmpty());
  }

  @Override
  public int hashCode() {
    return 31 * folded.hashCode() + open.hashCode();
  }

  @Override
  public String toString() {
    return "Transcript[size=" + size + ", digest=" + digest() + "]";
  }
}
