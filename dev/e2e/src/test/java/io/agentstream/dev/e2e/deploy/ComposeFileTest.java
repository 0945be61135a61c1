package io.agentstream.dev.e2e.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

final class ComposeFileTest {

    private static final Path ROOT = root();
    private static final Map<String, String> PREFIXES = Map.of(
            "kafka", "KAFKA_",
            "postgres", "POSTGRES_",
            "topics", "AGENT_STREAM_",
            "gateway", "AGENT_STREAM_",
            "orchestrator", "AGENT_STREAM_",
            "worker", "AGENT_STREAM_");
    private static final Pattern PINNED = Pattern.compile("[a-z/-]+:\\d+(\\.\\d+)+");
    private static final Pattern FROM_ENVIRONMENT = Pattern.compile("\\$\\{([A-Z_]+):\\?[^}]+}");
    private static final Pattern ANY_VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)([^}]*)}");

    private final Map<String, Object> file = load();

    @Test
    void hasTheThreeServicesAndWhatTheyNeed() {
        // given, when, then
        assertEquals(PREFIXES.keySet(), services().keySet());
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
        Set<String> named = map(file.get("volumes")).keySet();

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

    @Test
    void configuresEachServiceByKeysOfItsOwn() {
        // given, when, then
        PREFIXES.forEach((name, prefix) -> map(service(name).get("environment"))
                .keySet()
                .forEach(key -> assertTrue(key.startsWith(prefix), name + ": " + key)));
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
        return map(file.get("services"));
    }

    private Map<String, Object> service(String name) {
        return map(services().get(name));
    }

    private static Map<String, Object> load() {
        try {
            Object read = new Yaml(new SafeConstructor(new LoaderOptions()))
                    .load(Files.readString(ROOT.resolve("docker-compose.yml")));
            return map(read);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("docker-compose.yml"))) {
            here = here.getParent();
        }
        return here;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object node) {
        return (List<Object>) node;
    }
}
