/** Tests of the wire formats of providers. */
@NullMarked
package dev.weirkeeper.planner.dialect;

import org.jspecify.annotations.NullMarked;
