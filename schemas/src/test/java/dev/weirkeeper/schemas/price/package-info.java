/** Tests of the price book. */
@NullMarked
package dev.weirkeeper.schemas.price;

import org.jspecify.annotations.NullMarked;
