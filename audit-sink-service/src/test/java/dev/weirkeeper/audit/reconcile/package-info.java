/** Tests of comparisons with providers. */
@NullMarked
package dev.weirkeeper.audit.reconcile;

import org.jspecify.annotations.NullMarked;
