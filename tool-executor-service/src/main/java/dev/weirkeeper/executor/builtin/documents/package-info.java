/**
 * The {@code search_documents} tool: full-text search over a folder of documents.
 *
 * <p>{@link dev.weirkeeper.executor.builtin.documents.DocumentFolder} is the only code that touches
 * files: it opens every path step by step from the folder, follows no link and refuses files with
 * other names, so nothing outside the folder can be read, whatever is put into it and whenever.
 * {@link dev.weirkeeper.executor.builtin.documents.Passages} turns a file into passages, {@link
 * dev.weirkeeper.executor.builtin.documents.DocumentIndex} ranks them and notices changed files.
 *
 * <p>Invariants: the index is in memory and can always be built anew; a file that can't be read is
 * left out with a reason in the log and never stops the others; paths shown are relative to the
 * folder; a document is data, and no text in it is ever taken for a query or an instruction here.
 *
 * <p>Start with {@link dev.weirkeeper.executor.builtin.documents.SearchDocuments}.
 */
@NullMarked
package dev.weirkeeper.executor.builtin.documents;

import org.jspecify.annotations.NullMarked;
