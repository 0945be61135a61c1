package io.agentstream.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Metrics;
import io.agentstream.worker.engine.cascade.FailureListener;
import io.agentstream.worker.service.ServiceFailure;
import org.junit.jupiter.api.Test;

final class CountedFailuresTest {

    @Test
    void failuresAreCountedByKindAndByNothingThatATenantNames() {
        try (Metrics metrics = new Metrics("agent-worker")) {
            FailureListener failures = WorkerService.counted(metrics);

            failures.failed(FailureListener.Kind.BRAIN, new ServiceFailure.Refused("status 401"));
            failures.failed(FailureListener.Kind.BRAIN, new ServiceFailure.Refused("status 403"));
            failures.failed(FailureListener.Kind.EAR, new ServiceFailure.Silent(700));

            String all = metrics.scrape();
            assertTrue(all.matches("(?s).*agent_stream_worker_service_failures_total\\{[^}]*failure=\"refused\",service=\"brain\"[^}]*} 2\\.0.*"), all);
            assertTrue(all.matches("(?s).*agent_stream_worker_service_failures_total\\{[^}]*failure=\"silent\",service=\"ear\"[^}]*} 1\\.0.*"), all);
        }
    }
}
