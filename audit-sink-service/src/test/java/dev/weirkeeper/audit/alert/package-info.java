/** Tests of alerts. */
@NullMarked
package dev.weirkeeper.audit.alert;

import org.jspecify.annotations.NullMarked;
