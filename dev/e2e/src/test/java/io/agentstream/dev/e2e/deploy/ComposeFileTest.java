package io.agentstream.dev.e2e.deploy;

import static io.agentstream.dev.e2e.deploy.ComposeFile.list;
import static io.agentstream.dev.e2e.deploy.ComposeFile.map;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComposeFileTest {

    private static final Path ROOT = Repository.root();
    private static final List<String> OURS = List.of("topics", "gateway", "orchestrator", "worker");
    private static final Pattern PINNED = Pattern.compile("[a-z/-]+:\\d+(\\.\\d+)+");
    private static final Pattern FROM_ENVIRONMENT = Pattern.compile("\\$\\{([A-Z_]+):\\?[^}]+}");
    private static final Pattern ANY_VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)([^}]*)}");

    private final ComposeFile file = ComposeFile.read("docker-compose.yml");

    @Test
    void hasTheThreeServicesAndWhatTheyNeed() {
        // given, when, then
        assertEquals(Set.of("kafka", "postgres", "topics", "gateway", "orchestrator", "worker"), services().keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "postgres", "topics", "gateway", "orchestrator", "worker"})
    void pinsItsImageAndSaysWhatToDoWhenItEnds(String name) {
        // given
        Map<String, Object> service = service(name);

        // when, then
        assertTrue(PINNED.matcher(String.valueOf(service.get("image"))).matches(), name);
        assertNotNull(service.get("restart"), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kafka", "postgres", "gateway", "orchestrator", "worker"})
    void isCheckedForHealthAndGivenTimeToStop(String name) {
        // given
        Map<String, Object> service = service(name);

        // when
        Map<String, Object> probe = map(service.get("healthcheck"));

        // then
        assertFalse(list(probe.get("test")).isEmpty());
        assertNotNull(probe.get("interval"));
        assertNotNull(probe.get("timeout"));
        assertNotNull(service.get("stop_grace_period"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "orchestrator", "worker"})
    void aServiceIsAskedWhetherItIsReadyOnItsAdministrationPort(String name) {
        // given
        Map<String, Object> service = service(name);
        String key = switch (name) {
            case "gateway" -> "GATEWAY_ADMIN";
            case "orchestrator" -> "API_ADMIN";
            default -> "WORKER";
        };

        // when
        String port = String.valueOf(map(service.get("environment")).get("AGENT_STREAM_" + key + "_PORT"));

        // then
        assertEquals(
                "http://127.0.0.1:" + port + "/readyz",
                list(map(service.get("healthcheck")).get("test")).getLast());
        assertEquals(List.of(name), service.get("command"));
    }

    @Test
    void keepsDataInNamedVolumes() {
        // given
        Set<String> named = map(file.root().get("volumes")).keySet();

        // when, then
        for (String store : List.of("kafka", "postgres")) {
            String mount = String.valueOf(list(service(store).get("volumes")).getFirst());
            assertTrue(named.contains(mount.substring(0, mount.indexOf(':'))), mount);
        }
    }

    @Test
    void waitsForWhatIsThereAndOnlyForThat() {
        // given, when, then
        services().keySet().forEach(name -> map(service(name).getOrDefault("depends_on", Map.of()))
                .forEach((other, how) -> {
                    boolean job = other.equals("topics");
                    assertTrue(services().containsKey(other), other);
                    assertEquals(
                            job ? "service_completed_successfully" : "service_healthy",
                            map(how).get("condition"),
                            name + " on " + other);
                    assertTrue(job || service(other).containsKey("healthcheck"), other);
                }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-compose.yml", "docker-compose.tls.yml"})
    void setsOnlyVariablesThatTheirReaderKnows(String name) {
        // given
        ComposeFile compose = ComposeFile.read(name);

        // when
        List<String> unknown = compose.services().keySet().stream()
                .flatMap(service -> map(compose.service(service).get("environment")).keySet().stream()
                        .filter(variable -> !knows(service, variable))
                        .map(variable -> service + ": " + variable))
                .toList();

        // then
        assertEquals(List.of(), unknown);
    }

    /// Whether `variable` is a key of what runs as `service`: of ours, of the broker, of the database's image.
    private static boolean knows(String service, String variable) {
        return switch (service) {
            case "kafka" -> variable.startsWith("KAFKA_")
                    && AbstractKafkaConfig.CONFIG_DEF.names().contains(
                            variable.substring("KAFKA_".length()).toLowerCase(Locale.ROOT).replace('_', '.'));
            case "postgres" -> Set.of("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD").contains(variable);
            default -> variable.startsWith("AGENT_STREAM_") && Config.unknownVariables(Map.of(variable, "")).isEmpty();
        };
    }

    @Test
    void sharesTheMachineOut() {
        // given: each JVM takes a share of what its container may have, so there has to be a limit

        // when
        List<String> unlimited = OURS.stream().filter(name -> !service(name).containsKey("mem_limit")).toList();

        // then
        assertEquals(List.of(), unlimited);
    }

    @Test
    void doesNotRepeatAJobThatWillFailAgain() {
        assertEquals("no", service("topics").get("restart"));
    }

    @Test
    void tellsTheApiHowProvidersReachTheGateway() {
        assertTrue(map(service("orchestrator").get("environment")).containsKey("AGENT_STREAM_PUBLIC_GATEWAY_URL"));
    }

    @Test
    void mountsTheCertificateThatItNames() {
        // given
        ComposeFile tls = ComposeFile.read("docker-compose.tls.yml");
        Map<String, Object> environment = map(tls.service("gateway").get("environment"));

        // when
        Set<Object> mounted = new TreeSet<>();
        list(tls.service("gateway").get("secrets")).forEach(secret -> mounted.add("/run/secrets/" + secret));

        // then
        assertEquals(new TreeSet<>(environment.values()), mounted);
        assertEquals(Set.copyOf(list(tls.service("gateway").get("secrets"))), map(tls.root().get("secrets")).keySet());
    }

    @Test
    void theImageHasTheVersionOfTheBuild() throws IOException {
        // given
        Matcher version = Pattern.compile("<version>([^<]+)</version>").matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertTrue(version.find());

        // when
        Set<String> images = OURS.stream().map(file::image).collect(Collectors.toSet());

        // then
        assertEquals(Set.of("agent-stream:" + version.group(1).replace("-SNAPSHOT", "")), images);
    }

    @Test
    void holdsNoSecret() {
        // given, when, then
        services().keySet().forEach(name -> map(service(name).get("environment")).forEach((key, value) -> {
            if (key.matches(".*(PASSWORD|SECRET|TOKEN|_KEY)$")) {
                assertTrue(FROM_ENVIRONMENT.matcher(String.valueOf(value)).matches(), name + ": " + key);
            }
        }));
    }

    @Test
    void requiresEveryVariableAndTheExampleNamesEachWithoutASecret() throws IOException {
        // given
        Set<String> wanted = new TreeSet<>();
        Matcher variables = ANY_VARIABLE.matcher(Files.readString(ROOT.resolve("docker-compose.yml")));
        while (variables.find()) {
            assertTrue(variables.group(2).startsWith(":?"), variables.group());
            wanted.add(variables.group(1));
        }

        // when
        Set<String> named = new TreeSet<>();
        for (String line : Files.readAllLines(ROOT.resolve(".env.example"))) {
            if (!line.startsWith("#") && line.contains("=")) {
                named.add(line.substring(0, line.indexOf('=')));
                assertFalse(line.matches(".*(PASSWORD|KEY)=.+"), "a secret has no default");
            }
        }

        // then
        assertEquals(wanted, named);
    }

    @Test
    void theImageRunsAsNobodyInParticularAndPinsWhatItIsBuiltFrom() throws IOException {
        // given
        List<String> lines = Files.readAllLines(ROOT.resolve("Dockerfile"));

        // when, then
        assertTrue(lines.contains("USER 10001"));
        lines.stream()
                .filter(line -> line.startsWith("FROM "))
                .forEach(line -> assertTrue(line.matches("FROM [a-z-]+:\\d+\\.\\d+\\S* ?.*"), line));
        assertTrue(lines.stream().noneMatch(line -> line.matches("ENV .*(PASSWORD|TOKEN|SECRET).*")));
    }

    private Map<String, Object> services() {
        return file.services();
    }

    private Map<String, Object> service(String name) {
        return file.service(name);
    }
}
