/**
 * Questions asked of the audit store, and their answers as values that go out as JSON.
 *
 * <p>It only reads. It knows which tenants a question may see, but not who asks, nor anything of
 * HTTP. Every list is paged by a cursor that names the last row seen, so that rows that come
 * meanwhile neither shift nor double a page; every statement has a time limit.
 *
 * <p>Invariants: what belongs to other tenants looks as if it did not exist; every amount is exact;
 * every element that stems from a record names the record's position.
 *
 * <p>Start with {@link dev.weirkeeper.audit.query.Store}.
 */
@NullMarked
package dev.weirkeeper.audit.query;

import org.jspecify.annotations.NullMarked;
