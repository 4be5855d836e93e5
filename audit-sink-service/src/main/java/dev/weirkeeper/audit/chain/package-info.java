/**
 * What makes the log provable: the digest of every record, the check of each session's hash chain,
 * and what an audit finds.
 *
 * <p>The rule by which events are chained is {@link dev.weirkeeper.schemas.chain.EventHash}; here
 * it is checked, never applied.
 *
 * <p>Start with {@link dev.weirkeeper.audit.chain.RecordDigest}.
 */
@NullMarked
package dev.weirkeeper.audit.chain;

import org.jspecify.annotations.NullMarked;
