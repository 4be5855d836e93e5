/** Tests of the topic catalogue. */
@NullMarked
package dev.weirkeeper.schemas.topic;

import org.jspecify.annotations.NullMarked;
