package dev.weirkeeper.audit.query;

/**
 * Where a record stands on its topic: the proof of whatever names it.
 *
 * @param topic the topic
 * @param partition the partition
 * @param offset the offset
 */
public record Position(String topic, int partition, long offset) {}
