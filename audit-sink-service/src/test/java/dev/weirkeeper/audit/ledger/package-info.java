/** Tests of what is asked of the ledger. */
@NullMarked
package dev.weirkeeper.audit.ledger;

import org.jspecify.annotations.NullMarked;
