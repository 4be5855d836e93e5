/**
 * Which classes Avro may load by the names it finds in schemas: ours, and no others.
 *
 * <p>Avro refuses to load any class it was not told to trust, because a hostile schema could name
 * one. Start with {@link dev.weirkeeper.schemas.trust.WireClasses}.
 */
@NullMarked
package dev.weirkeeper.schemas.trust;

import org.jspecify.annotations.NullMarked;
