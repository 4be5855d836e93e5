/**
 * What people write by hand for the {@code weir} command: lines of a task file and agent
 * definitions.
 *
 * <p>Both are trees of named fields, JSON or YAML, and are read the same way: every problem of a
 * document is reported with its place, unknown fields with the name that was most likely meant, and
 * nothing is used of a document with a problem. Amounts carry units a person would use (dollars,
 * {@code 30s}); the wire's exact integers are made here.
 *
 * <p>Start with {@link dev.weirkeeper.cli.form.TaskFile} and {@link
 * dev.weirkeeper.cli.form.AgentFile}.
 */
@NullMarked
package dev.weirkeeper.cli.form;

import org.jspecify.annotations.NullMarked;
