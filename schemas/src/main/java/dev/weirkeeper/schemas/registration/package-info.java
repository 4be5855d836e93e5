/**
 * Puts the catalogue's schemas into a registry, or says what would happen: for deployments in which
 * programs may not register schemas themselves. Start with {@link
 * dev.weirkeeper.schemas.registration.SchemaRegistration}.
 */
@NullMarked
package dev.weirkeeper.schemas.registration;

import org.jspecify.annotations.NullMarked;
