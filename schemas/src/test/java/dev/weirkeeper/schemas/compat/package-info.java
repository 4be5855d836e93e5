/** Old records read by new code and the reverse: every schema, every field, every version. */
@NullMarked
package dev.weirkeeper.schemas.compat;

import org.jspecify.annotations.NullMarked;
