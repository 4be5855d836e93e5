/** Tests of sending mail. */
@NullMarked
package dev.weirkeeper.executor.builtin.email;

import org.jspecify.annotations.NullMarked;
