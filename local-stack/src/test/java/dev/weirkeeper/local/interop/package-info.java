/** Our serializers against the vendor's genuine ones and against a foreign registry. */
@NullMarked
package dev.weirkeeper.local.interop;

import org.jspecify.annotations.NullMarked;
