package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.UsedPostgres;
import io.agentstream.dev.local.DemoFile;
import io.agentstream.schemas.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The doctor on a system that is well: one of its own, in a process of its own. The one that the other classes share has accounts
/// without tokens, and Undertow keeps one date for all servers of a process, which stands still when the server that was to renew it
/// is closed; both are rightly found wrong.
@Timeout(240)
@OwnSystem
final class DoctorFindsNothingTest {

    @TempDir
    private static Path terminal;

    private static Path data;
    private static UpProcess up;

    @BeforeAll
    static void start() throws Exception {
        data = terminal.resolve("data");
        UsedPostgres.in(Files.createDirectory(data).resolve("postgres"));
        up = UpProcess.begin(terminal, Map.of(), "--data", data.toString()).awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        try (Afterwards _ = Afterwards.removePostgres(data.resolve("postgres"))) {
            if (up != null) { // else it did not start
                up.close();
            }
        }
    }

    @Test
    void findsNothingWrongWithASystemThatRuns() throws Exception {
        long organization = DemoFile.read(data).orElseThrow().organizationId();

        // when
        Ran ran = Ran.of(Map.of(), "doctor", "--data", data.toString(), "--organization", Long.toString(organization));

        // then
        assertEquals(0, ran.code(), ran.out() + ran.err());
        for (String about : new String[] {
            "kafka", "topics", "replication", "postgresql", "pooler", "migrations", "time-outs", "connections", "clocks", "provider", "tokens", "gateway",
            "disk", "sessions"
        }) {
            assertTrue(ran.out().lines().anyMatch(line -> line.startsWith("ok     " + about + ":")), about + " in " + ran.out());
        }
    }

    @Test
    void saysTheSameAsJson() throws Exception {
        // when
        Ran ran = Ran.of(Map.of(), "doctor", "--json", "--data", data.toString());

        // then
        JsonNode findings = Json.MAPPER.readTree(ran.out());
        assertTrue(findings.size() > 8 && findings.valueStream().allMatch(finding -> finding.path("ok").booleanValue()), ran.out());
        assertEquals("kafka", findings.path(0).path("about").stringValue());
    }
}
