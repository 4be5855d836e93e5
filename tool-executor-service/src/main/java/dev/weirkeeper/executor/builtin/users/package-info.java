/**
 * The {@code lookup_user} tool: one user of the directory, by id or e-mail address. It only reads;
 * a user who is not there is an ordinary result with advice, not an error. Start with {@link
 * dev.weirkeeper.executor.builtin.users.LookupUser}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.users;

import org.jspecify.annotations.NullMarked;
