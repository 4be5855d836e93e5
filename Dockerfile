# One image for every process of Weirkeeper; the command chooses which.
# The two base images can be replaced: docker build --build-arg BUILD_IMAGE=… --build-arg RUN_IMAGE=…
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUN_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -q -Pruntime -pl cli -am -DskipTests -Dspotless.check.skip package

FROM ${RUN_IMAGE}
RUN useradd --system --uid 10001 --create-home --home-dir /home/weirkeeper weirkeeper \
 && mkdir -p /var/lib/weirkeeper && chown weirkeeper /var/lib/weirkeeper
COPY --from=build /src/cli/target/lib /opt/weirkeeper/lib
USER weirkeeper
WORKDIR /var/lib/weirkeeper
VOLUME /var/lib/weirkeeper
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=75 --enable-native-access=ALL-UNNAMED" \
    WEIRKEEPER_HTTP_HOST=0.0.0.0 \
    WEIRKEEPER_LOG_FORMAT=json
EXPOSE 8080
ENTRYPOINT ["java", "-cp", "/opt/weirkeeper/lib/*"]
CMD ["dev.weirkeeper.cli.Weir", "--help"]
