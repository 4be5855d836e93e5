/** Tests of redaction. */
@NullMarked
package dev.weirkeeper.operations.redaction;

import org.jspecify.annotations.NullMarked;
