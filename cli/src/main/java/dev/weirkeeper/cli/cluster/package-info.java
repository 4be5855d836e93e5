/**
 * What commands talk to: a Kafka cluster, its schema registry and the audit API, wherever they run.
 *
 * <p>{@link dev.weirkeeper.cli.cluster.ClusterAddress} says where they are; {@link
 * dev.weirkeeper.cli.cluster.Cluster} is connected to them; {@link
 * dev.weirkeeper.cli.cluster.Bootstrap} prepares a cluster for the services and can be repeated at
 * any time; {@link dev.weirkeeper.cli.cluster.Doctor} checks one without changing it.
 */
@NullMarked
package dev.weirkeeper.cli.cluster;

import org.jspecify.annotations.NullMarked;
