/** Tests of signing and verifying decisions. */
@NullMarked
package dev.weirkeeper.schemas.approval;

import org.jspecify.annotations.NullMarked;
