/** The files people deploy with: docker-compose.yml, deploy/kubernetes, dashboards. */
@NullMarked
package dev.weirkeeper.system.deployment;

import org.jspecify.annotations.NullMarked;
