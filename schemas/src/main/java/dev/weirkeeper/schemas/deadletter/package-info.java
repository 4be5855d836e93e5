/**
 * How a record that can't be read or handled is put aside: a copy of its bytes on the dead-letter
 * topic, with the reason and the place it came from in headers.
 *
 * <p>Invariant: giving a record up never needs the record to be understood, and a copy always fits
 * into a message.
 *
 * <p>Start with {@link dev.weirkeeper.schemas.deadletter.DeadLetter}.
 */
@NullMarked
package dev.weirkeeper.schemas.deadletter;

import org.jspecify.annotations.NullMarked;
