/** Tests of what content is. */
@NullMarked
package dev.weirkeeper.schemas.content;

import org.jspecify.annotations.NullMarked;
