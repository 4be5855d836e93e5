/** Tests of content keys. */
@NullMarked
package dev.weirkeeper.audit.seal;

import org.jspecify.annotations.NullMarked;
