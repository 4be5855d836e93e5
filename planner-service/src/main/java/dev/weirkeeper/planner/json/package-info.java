/**
 * JSON that a model wrote or is shown: the canonical form of tool arguments and its hash, the check
 * of arguments against a tool's schema, and the text of a tool error.
 *
 * <p>Canonical JSON is what approvals, the identical-call breaker and idempotency keys are bound
 * to, so two texts that mean the same value must have one form, and no text may mean two values:
 * duplicate keys, numbers out of range and text that is not Unicode are refused rather than read in
 * some way. Everything here is bounded in time and memory whatever the input is.
 *
 * <p>Start with {@link dev.weirkeeper.planner.json.CanonicalJson} and {@link
 * dev.weirkeeper.planner.json.ArgumentCheck}.
 */
@NullMarked
package dev.weirkeeper.planner.json;

import org.jspecify.annotations.NullMarked;
