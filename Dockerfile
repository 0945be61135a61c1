# One image for every service; the command says which: gateway, orchestrator, worker, topics, tenant or doctor.

FROM maven:3.9.11-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn --batch-mode --no-transfer-progress -DskipTests --projects cli --also-make package \
    && mv cli/target/cli-*.jar cli/target/lib/

FROM eclipse-temurin:25.0.1_8-jre-noble
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/agent-stream --create-home agent-stream
COPY --from=build /src/cli/target/lib /opt/agent-stream/lib
USER 10001
WORKDIR /var/lib/agent-stream
ENV AGENT_STREAM_JAVA_OPTS=""
EXPOSE 8080 8081 8082 9080 9081
# `exec`, so that the service itself gets the signal to stop and drains.
ENTRYPOINT ["/bin/sh", "-c", "exec java -XX:+UseG1GC -XX:+UseCompactObjectHeaders -XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow $AGENT_STREAM_JAVA_OPTS -cp '/opt/agent-stream/lib/*' io.agentstream.cli.Main \"$@\"", "agent-stream"]
CMD ["--help"]
