/**
 * How records become bytes and back: Avro in the Confluent wire format, with schemas kept by any
 * server that speaks the Schema Registry REST protocol.
 *
 * <p>The classes here plug into Kafka's own {@code value.serializer} and {@code value.deserializer}
 * and read the settings that users of such serializers know. The vendor's classes can take their
 * place in either direction, record by record.
 *
 * <p>Invariants: a schema is asked for once per process and then remembered, so a running service
 * does not need the registry; a record is decoded only into the generated classes of {@code
 * dev.weirkeeper.wire}; memory and time for a hostile record are bounded by its length; bad bytes
 * are always an {@link dev.weirkeeper.schemas.serde.UnreadableRecordException} and a registry that
 * does not answer never is, so that no readable record is given up because of an outage.
 *
 * <p>Start with {@link dev.weirkeeper.schemas.serde.AvroSerde}.
 */
@NullMarked
package dev.weirkeeper.schemas.serde;

import org.jspecify.annotations.NullMarked;
