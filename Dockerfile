# syntax=docker/dockerfile:1

FROM eclipse-temurin:25-jdk AS build
WORKDIR /build
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY db db
COPY src/main src/main
# tests and format are checked by .ci/run
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -ntp -Dmaven.test.skip=true -Dspotless.check.skip package
RUN java -Djarmode=tools -jar target/mainstay.jar extract --layers --destination layers

FROM eclipse-temurin:25-jre
WORKDIR /app
# what changes least comes first
COPY --from=build /build/layers/dependencies/ ./
COPY --from=build /build/layers/spring-boot-loader/ ./
COPY --from=build /build/layers/snapshot-dependencies/ ./
COPY --from=build /build/layers/application/ ./

# a number, so that a runtime can see that it is not root
USER 10001:10001
EXPOSE 8080

# Liveness only: a database that is down is no reason to restart us. The image has bash, but not surely curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8081 && printf 'GET /actuator/health/liveness HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]

# retryPost: the JDK would send a POST again by itself; language: stripe-java formats numbers by the locale.
# Memory is never written to disk: it holds keys and names.
# An AOT cache would halve the time to start, but training one runs the migrations and so needs a database.
ENTRYPOINT ["java", \
    "-Dsun.net.http.retryPost=false", \
    "-Duser.language=en", \
    "-Duser.timezone=UTC", \
    "--enable-native-access=ALL-UNNAMED", \
    "--sun-misc-unsafe-memory-access=allow", \
    "-XX:MaxRAMPercentage=70", \
    "-XX:+ExitOnOutOfMemoryError", \
    "-XX:-HeapDumpOnOutOfMemoryError", \
    "-XX:-CreateCoredumpOnCrash", \
    "-jar", "mainstay.jar"]
