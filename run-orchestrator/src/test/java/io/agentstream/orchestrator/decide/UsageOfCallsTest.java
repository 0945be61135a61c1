package io.agentstream.orchestrator.decide;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.Runs;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.UsageLists;
import io.agentstream.orchestrator.store.UsageLists.Position;
import io.agentstream.orchestrator.store.UsageLists.Step;
import io.agentstream.orchestrator.store.UsageLists.Usage;
import io.agentstream.orchestrator.store.UsageLists.Wanted;
import io.agentstream.schemas.End;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What calls use is what their runs say, and what the ledger charged.
@ExtendWith(TestPostgres.class)
final class UsageOfCallsTest {

    /// Of 38, 75, 112, 149 and 186 seconds at 0.07 a minute, each rounded by itself.
    private static final BigDecimal COST = new BigDecimal("0.6533");

    private final Tenant tenant;
    private final TenantCalls calls;

    UsageOfCallsTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    @Test
    void isWhatTheLedgerCharged() throws Exception {
        // given
        tenant.credits("20");
        tenant.price("0.07");
        for (int i = 1; i <= 5; i++) {
            calls.end(calls.talking(), Duration.ofMillis(37_001L * i), End.CALLER_HANGUP);
        }
        calls.end(calls.running(), Duration.ofMillis(9_001), End.CALLER_HANGUP); // nobody served it
        calls.offer(tenant.offer().domain("unknown.cloudonix.net").build());
        calls.talking();

        // when
        List<Usage> used = used();

        // then
        BigDecimal cost = used.stream().map(Usage::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        assertEquals(0, cost.compareTo(COST), cost + " is not " + COST);
        assertEquals(0, cost.compareTo(charged()), cost + " is not " + charged());
        assertEquals(0, cost.compareTo(ofRuns()), cost + " is not " + ofRuns());
        assertEquals(7, used.stream().mapToLong(Usage::offered).sum());
        assertEquals(6, used.stream().mapToLong(Usage::admitted).sum());
        assertEquals(38 + 75 + 112 + 149 + 186 + 10, used.stream().mapToLong(Usage::seconds).sum());
        assertEquals(
                List.of(Map.of("unknown_domain", 1L)),
                used.stream().map(Usage::refused).filter(refused -> !refused.isEmpty()).toList());
        assertEquals(7, used.stream().mapToLong(Usage::runningPeak).max().orElseThrow());
    }

    private List<Usage> used() {
        List<Usage> used = new ArrayList<>();
        Wanted wanted = new Wanted(
                tenant.sample().organizationId(), Samples.T0.minusSeconds(60), Samples.T0.plusSeconds(3_600), Step.MINUTE, false,
                Samples.T0.plusSeconds(600));
        return tenant.database().inTransaction(connection -> {
            UsageLists.list(connection, wanted, null, new UsageLists.Taker() {
                @Override
                public boolean take(Usage usage) {
                    return used.add(usage);
                }

                @Override
                public void goOnBehind(Position place) {
                    throw new IllegalStateException("all of it is in one answer");
                }
            });
            return used;
        });
    }

    private BigDecimal charged() {
        return tenant.ledger().stream()
                .filter(entry -> entry.runId() != null)
                .map(Ledger.Entry::amount)
                .reduce(BigDecimal.ZERO, BigDecimal::subtract);
    }

    private BigDecimal ofRuns() {
        return tenant.runs().stream().map(Runs.Run::cost).filter(Objects::nonNull).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
