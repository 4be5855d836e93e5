@NullMarked
package dev.weirkeeper.audit.chain;

import org.jspecify.annotations.NullMarked;
