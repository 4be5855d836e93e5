/** Tests of settings. */
@NullMarked
package dev.weirkeeper.operations.config;

import org.jspecify.annotations.NullMarked;
