package io.agentstream.orchestrator.intake;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.timeline.SilentFault;
import io.agentstream.runtime.Metrics;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is counted of calls that nobody complained of.
final class FaultCountersTest {

    @ParameterizedTest
    @EnumSource(SilentFault.class)
    void eachFaultThatThereIsHasACounterBeforeTheFirst(SilentFault fault) {
        Metrics metrics = new Metrics("test");
        new FaultCounters(metrics);

        assertTrue(
                metrics.scrape().lines().anyMatch(line ->
                        line.startsWith("agent_stream_orchestrator_silent_faults_total") && line.contains("\"" + fault.code() + "\"")),
                metrics::scrape);
        metrics.close();
    }
}
