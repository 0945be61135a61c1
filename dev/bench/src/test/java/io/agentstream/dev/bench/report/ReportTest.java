package io.agentstream.dev.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.Json;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReportTest {

    private static final Machine MACHINE = new Machine("a processor", 2, 8L << 30, "Linux", "JDK 25");

    private final Report report =
            Report.of(MACHINE, Map.of("seconds", 10), List.of(Points.all(50, 20), Points.all(100, 22)));

    @Test
    void theJsonHasTheAgreedShape() {
        JsonNode json = Json.MAPPER.valueToTree(report);

        Stream.of(
                        "/machine/processors", "/settings/seconds", "/points/0/calls", "/points/0/valid", "/points/0/rtt_ms/p50",
                        "/points/0/rtt_ms/p90", "/points/0/rtt_ms/p99", "/points/0/rtt_ms/p999", "/points/0/rtt_ms/max",
                        "/points/0/frames/sent", "/points/0/frames/received", "/points/0/frames/lost",
                        "/points/0/frames/out_of_order", "/points/0/cores_per_call/gateway",
                        "/points/0/cores_per_call/orchestrator", "/points/0/cores_per_call/worker",
                        "/points/0/cores_per_call/broker", "/points/0/cores_per_call/total", "/points/0/setup_ms/p50",
                        "/points/0/setup_ms/p99", "/points/0/heap_bytes_per_call/gateway",
                        "/points/0/heap_bytes_per_call/worker", "/points/0/bare_socket/rtt_ms/p99",
                        "/points/0/bare_socket/cores_per_call", "/points/0/bare_kafka/rtt_ms/p99",
                        "/points/0/bare_kafka/cores_per_call")
                .forEach(path -> assertTrue(json.at(path).isValueNode() && !json.at(path).isNull(), path + " in " + json));
    }

    @Test
    void theTotalIsTheFourProcesses() {
        Point.CoresPerCall cores = report.points().getFirst().coresPerCall();

        assertEquals((0.4 + 0.01 + 0.2 + 0.2) / 50, cores.total(), 1e-9);
    }

    @Test
    void theTableNamesTheKneeAndTheVerdict() {
        String table = Table.of(report);

        assertTrue(table.contains("knee: none up to 100 calls"), table);
        assertTrue(table.contains("verdict: the figures count"), table);
        assertTrue(table.contains("2.00 x"), table);
    }

    @Test
    void aPointThatDoesNotCountIsNamedWithItsReason() {
        Report bad = Report.of(MACHINE, Map.of(), List.of(Points.all(50, 20), Points.system(100, 20, 0, 2)));

        assertEquals(
                "some of the figures do not count: 100 calls: system: the machine was overcommitted: 100 % busy", bad.verdict());
    }

    @Test
    void whatWasNotMeasuredIsInNeitherTableNorJson() {
        Point bareOnly = Point.of(50, Optional.empty(), Optional.of(Points.sample(50, 1, 0, 1)), Optional.empty(), Optional.empty());
        Report some = Report.of(MACHINE, Map.of(), List.of(bareOnly));

        assertFalse(Table.of(some).contains("bare Kafka"), Table.of(some));
        assertFalse(Json.MAPPER.writeValueAsString(some).contains("bare_kafka"));
    }

    @Test
    void thePlotsAreWellFormed() throws Exception {
        for (String svg : List.of(Plots.latency(report), Plots.cores(report))) {
            var document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));

            assertEquals("svg", document.getDocumentElement().getTagName());
            assertTrue(document.getElementsByTagName("polyline").getLength() >= 4, svg);
            assertFalse(svg.contains("NaN"), svg);
        }
    }
}
