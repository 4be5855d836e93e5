/**
 * Takes secrets out of text before it is written anywhere: records, tables, log lines, metrics,
 * answers to probes. One set of rules for all services.
 *
 * <p>A secret is found because it is one of this process's own settings, or because it has the form
 * of one (a provider's key, a token, a private key, a card number), or because of the name it
 * stands under ({@code password}, {@code api_key}). The rules are data: the shipped {@code
 * rules.conf} beside these classes, and a file of the user's own in the same form.
 *
 * <p>It is no cipher: what was replaced is gone for whoever reads the copy. It is no proof either:
 * a secret that looks like any other word and stands under no name that gives it away is not found.
 *
 * <p>Invariants: time grows with the length of the text and with nothing else, whatever the text
 * and whatever the user's rules (RE2, no backtracking); redacting what was redacted changes
 * nothing; JSON stays JSON.
 *
 * <p>Start with {@link dev.weirkeeper.operations.redaction.Redaction}.
 */
@NullMarked
package dev.weirkeeper.operations.redaction;

import org.jspecify.annotations.NullMarked;
