/** Tests of the whole sink, and the surroundings that all its tests share. */
@NullMarked
package dev.weirkeeper.audit;

import org.jspecify.annotations.NullMarked;
