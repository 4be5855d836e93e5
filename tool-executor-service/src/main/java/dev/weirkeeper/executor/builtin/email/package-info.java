/**
 * The {@code send_email} tool: plain text mail through one SMTP server, to people on an allow-list.
 *
 * <p>SMTP has no way to ask whether a mail went out, so the tool is not idempotent: a call is sent
 * at most once, and one that broke off after its text had begun to go out is answered {@code
 * outcome_unknown}. Every run of a call gives its mail the same Message-ID, so that a person can
 * look for it and mail systems can drop a second one.
 *
 * <p>Invariants: nobody gets a mail who is not on the list; nothing a model writes becomes a header
 * of its own or an SMTP command; a password never travels without TLS, and a certificate is always
 * checked against the server's name.
 *
 * <p>Start with {@link dev.weirkeeper.executor.builtin.email.SendEmail}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.email;

import org.jspecify.annotations.NullMarked;
