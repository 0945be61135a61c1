package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What others' tools say of the API and its document. Each is used where it is on the PATH, and asked for nowhere: see
/// `src/test/python/requirements.txt`, and `npm install -g @redocly/cli@2.77.0`.
@ExtendWith(TestPostgres.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@Order(1) // the longest
final class ConformanceTest {
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    /// More in `-Dconformance.examples=100`.
    private static final String EXAMPLES = System.getProperty("conformance.examples", "3");

    private static final String CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,"
            + "response_headers_conformance,response_schema_conformance,unsupported_method,missing_required_header,ignored_auth";

    @TempDir
    private Path directory;

    private static Path tool(String name) {
        Optional<Path> found = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), name + " is not on the PATH");
        return found.orElseThrow();
    }

    private record Ran(int code, String said) {}

    private Ran run(List<String> command) throws IOException, InterruptedException {
        Path said = directory.resolve("said.txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), () -> command.getFirst() + " takes too long");
            return new Ran(process.exitValue(), Files.readString(said));
        } finally {
            process.destroyForcibly();
        }
    }

    private Path document() throws IOException {
        Path file = directory.resolve("openapi.yaml");
        try (var yaml = Api.class.getResourceAsStream("openapi.yaml")) {
            Files.copy(yaml, file);
        }
        return file;
    }

    @Test
    void theDocumentIsOpenApi() throws Exception {
        // given
        Path validator = tool("openapi-spec-validator");

        // when
        Ran ran = run(List.of(validator.toString(), document().toString()));

        // then
        assertEquals(0, ran.code(), ran.said());
    }

    @Test
    void theDocumentsLinterHasNothingToSay() throws Exception {
        // given
        Path redocly = tool("redocly");

        // when
        Ran ran = run(List.of(redocly.toString(), "lint", document().toString(), "--format=stylish", "--max-problems=50"));

        // then
        assertEquals(0, ran.code(), ran.said());
        assertTrue(!ran.said().contains(" warning  "), ran.said());
    }

    @Test
    @Tag("ci")
    void whateverIsAskedIsAnsweredAsTheDocumentSays(Database database) throws Exception {
        // given
        Path schemathesis = tool("schemathesis");
        SampleTenant tenant = SampleTenant.create(database);
        tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        Api.Settings settings = ApiSettings.of("ws://127.0.0.1:8080/", ApiSettings.MANY, Duration.ofSeconds(15));
        try (RunningApi api = new RunningApi(database, tenant.apiKey(), settings, new RecordedLogs())) { // empty, and there
            // when
            Ran tenants = run(command(schemathesis, api, tenant.apiKey().reveal(), "--exclude-path-regex"));
            Ran operators = run(command(schemathesis, api, ApiSettings.OPERATOR_KEY.reveal(), "--include-path-regex"));

            // then
            assertEquals(0, tenants.code(), tenants.said());
            assertEquals(0, operators.code(), operators.said());
        }
    }

    /// All but what would take the key away that it asks with.
    private static List<String> command(Path schemathesis, RunningApi api, String key, String operatorsPaths) {
        return new ArrayList<>(List.of(
                schemathesis.toString(), "run", api.url("/openapi.yaml").toString(), "-H", "Authorization: Bearer " + key,
                operatorsPaths, "^/api/v1/operator", "--exclude-operation-id", "revokeApiKey", "--exclude-operation-id", "followEvents", "--checks", CHECKS, "--phases",
                "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "1", "--continue-on-failure",
                "--generation-database", "none", "--request-timeout", "15", "--no-color"));
    }
}
