/** Tests of what people write by hand. */
@NullMarked
package dev.weirkeeper.cli.form;

import org.jspecify.annotations.NullMarked;
