# One image for every process of Weirkeeper; the command chooses which.
# The two base images can be replaced: docker build --build-arg BUILD_IMAGE=… --build-arg RUN_IMAGE=…
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUN_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -q -Pruntime -Dquick -pl cli -am -DskipTests -Dspotless.check.skip package
# Ours apart from the libraries, which change seldom and make most of the image. PostgreSQL for other
# systems comes along with the one for Linux and is of no use here. The order of the class path is
# written down, because the archive below holds for one order only.
RUN mkdir -p /app/libraries /app/ours \
 && rm -f cli/target/lib/embedded-postgres-binaries-*-14.* \
 && for module in */pom.xml; do mv cli/target/lib/$(dirname "$module")-[0-9]*.jar /app/ours/ 2>/dev/null || true; done \
 && mv cli/target/lib/*.jar /app/libraries/ \
 && cp docker/java.options /app/java.options \
 && printf -- '-cp %s\n' "$(cd /app && ls -d ours/*.jar libraries/*.jar | sed 's|^|/opt/weirkeeper/|' | paste -sd: -)" >>/app/java.options

FROM ${RUN_IMAGE} AS program
RUN useradd --system --uid 10001 --create-home --home-dir /home/weirkeeper weirkeeper \
 && mkdir -p /var/lib/weirkeeper && chown weirkeeper /var/lib/weirkeeper
COPY --from=build /app/libraries /opt/weirkeeper/libraries
COPY --from=build /app/ours /opt/weirkeeper/ours
COPY --from=build /app/java.options /opt/weirkeeper/java.options
USER weirkeeper
WORKDIR /var/lib/weirkeeper

# A run of the demo in one process, from whose end the JDK keeps what it loaded and linked: every
# process of the image starts from that. An archive that does not fit a JVM is ignored by it.
FROM program AS rehearsed
RUN java -XX:AOTCacheOutput=/tmp/weirkeeper.aot @/opt/weirkeeper/java.options dev.weirkeeper.cli.Weir demo --data /tmp/demo >/tmp/demo.log 2>&1 \
 || { cat /tmp/demo.log; exit 1; }

FROM program
COPY --from=rehearsed /tmp/weirkeeper.aot /opt/weirkeeper/weirkeeper.aot
VOLUME /var/lib/weirkeeper
ENV WEIRKEEPER_HTTP_HOST=0.0.0.0 \
    WEIRKEEPER_LOG_FORMAT=json
EXPOSE 8080
ENTRYPOINT ["java", "-XX:AOTCache=/opt/weirkeeper/weirkeeper.aot", "-Xlog:aot=off", "-Xlog:aot+codecache+stubs=off", "-Xlog:cds=off", "@/opt/weirkeeper/java.options"]
CMD ["dev.weirkeeper.cli.Weir", "--help"]
