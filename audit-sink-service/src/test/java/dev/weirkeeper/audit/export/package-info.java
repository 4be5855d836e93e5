/** Tests of exports. */
@NullMarked
package dev.weirkeeper.audit.export;

import org.jspecify.annotations.NullMarked;
