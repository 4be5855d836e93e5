/**
 * The records on the topics: classes generated from the schemas in {@code src/main/avro}, which
 * document every field.
 *
 * <p>They are the edge of the system, not its core: services turn them into values of their own.
 * Build them with their builders, which refuse a record that lacks a required field; a program that
 * does so before it has made a serializer calls {@link
 * dev.weirkeeper.schemas.trust.WireClasses#trust()} first.
 *
 * <p>Rules for changing them: a new field has a default; an old one keeps its name and type and is
 * never removed unless it has a default; an enum gets new symbols only if it has a default symbol,
 * or after every reader knows them. The build checks each schema against every released version.
 *
 * <p>Not null-marked: a field whose type is a union with null has a getter that may return null,
 * and the generator does not say so in its signature.
 */
package dev.weirkeeper.wire;
