/**
 * Random records of every type, the same for the same seed: what tests of serializers and of wire
 * compatibility are fed with. Other modules' tests use it as this module's test jar.
 */
@NullMarked
package dev.weirkeeper.schemas.random;

import org.jspecify.annotations.NullMarked;
