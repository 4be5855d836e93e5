/** Tests of logging. */
@NullMarked
package dev.weirkeeper.operations.log;

import org.jspecify.annotations.NullMarked;
