/**
 * Content that can be made unreadable. What a session says that names a person ({@code
 * Task.subject}) is stored under a key of the session's own; to erase a person is to delete the
 * keys of the sessions that name them. What is not content (ids, times, amounts, hashes) stays, and
 * so do the proofs, which are over digests of what was there.
 *
 * <p>A session is open, sealed or erased, whatever the order in which its records and the erasure
 * are read: it is sealed once a task of it names a person, and erased once one of its tasks was
 * written before that person's erasure. It never goes back.
 *
 * <p>Invariants: the same content at the same place under the same key is the same ciphertext, so a
 * store that is built anew is equal; keys are in a table of their own and in no other place; of an
 * erased session nothing that could be read is stored, now or later.
 *
 * <p>Start with {@link dev.weirkeeper.audit.seal.Seal}.
 */
@NullMarked
package dev.weirkeeper.audit.seal;

import org.jspecify.annotations.NullMarked;
