/** Tests of the proxy. */
@NullMarked
package dev.weirkeeper.system.proxy;

import org.jspecify.annotations.NullMarked;
