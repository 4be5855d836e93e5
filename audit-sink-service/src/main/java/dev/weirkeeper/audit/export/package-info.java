/**
 * Tables of the audit store as files for those who analyse elsewhere: JSON Lines and Parquet, in
 * one pass and in memory that does not grow with the number of rows.
 *
 * <p>Start with {@link dev.weirkeeper.audit.export.Export}.
 */
@NullMarked
package dev.weirkeeper.audit.export;

import org.jspecify.annotations.NullMarked;
