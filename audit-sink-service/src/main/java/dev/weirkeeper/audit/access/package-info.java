/**
 * Who may ask the audit API for what: tokens, the roles they carry and the tenants they see.
 *
 * <p>There are no passwords, no accounts and no default token. A token is 256 random bits; only its
 * SHA-256 is kept, so whoever reads the token file can't use what stands there. What a role may do
 * is decided in {@link dev.weirkeeper.audit.access.Role} and nowhere else.
 *
 * <p>Start with {@link dev.weirkeeper.audit.access.Tokens}.
 */
@NullMarked
package dev.weirkeeper.audit.access;

import org.jspecify.annotations.NullMarked;
