/**
 * Which fields of the records hold content: texts that people, models and tools wrote. Whoever
 * takes secrets out of records, or makes content unreadable, asks here what content is.
 *
 * <p>Invariant: every text field of every record is either content or a name; a test finds those
 * that are neither.
 *
 * <p>Start with {@link dev.weirkeeper.schemas.content.RecordTexts}.
 */
@NullMarked
package dev.weirkeeper.schemas.content;

import org.jspecify.annotations.NullMarked;
