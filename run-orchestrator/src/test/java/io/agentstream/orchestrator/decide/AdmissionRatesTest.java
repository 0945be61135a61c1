package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A tenant's admissions are as many as it may have, and keep nobody else waiting.
@ExtendWith(TestPostgres.class)
final class AdmissionRatesTest {

    private static final int PER_SECOND = 40;

    private final Database database;
    private final Tenant tenant;
    private final TenantCalls calls;

    AdmissionRatesTest(Database database) {
        this.database = database;
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    private void allow(int perSecond) {
        database.inTransaction(c -> Sql.update(
                c, "update organizations set admissions_per_second = ? where id = ?", perSecond, tenant.sample().organizationId()));
    }

    @Test
    void whoIsTooFastIsRefusedAsOneWhoseCallsAreUsedUp() {
        allow(1);

        Decision first = calls.offer(tenant.offer().build());
        Decision second = calls.offer(tenant.offer().build());

        assertEquals("admitted", first.outcome());
        assertEquals(Failure.CONCURRENCY_LIMIT, failure(second));
    }

    @Test
    void anOfferThatComesAgainTakesNoSecondTurn() {
        allow(1);
        var offer = tenant.offer().build();
        calls.offer(offer);

        assertEquals("admitted", calls.offer(offer).outcome());
    }

    @Test
    void theRateHoldsOverSeveralOrchestrators() throws Exception {
        int orchestrators = 3;
        long startNs = System.nanoTime();
        long endNs = startNs + TimeUnit.MILLISECONDS.toNanos(1_500);
        int admitted = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> counts = new ArrayList<>();
            for (int i = 0; i < orchestrators; i++) {
                AdmissionRates rates = new AdmissionRates(System::nanoTime);
                counts.add(threads.submit(() -> {
                    int taken = 0;
                    while (System.nanoTime() < endNs) {
                        taken += database.inTransaction(
                                        c -> rates.take(c, tenant.sample().organizationId(), PER_SECOND))
                                ? 1
                                : 0;
                    }
                    return taken;
                }));
            }
            for (Future<Integer> count : counts) {
                admitted += count.get();
            }
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double most = PER_SECOND * (1 + seconds) + orchestrators * PER_SECOND / 10.0;

        assertTrue(admitted <= most, admitted + " in " + seconds + " s");
        assertTrue(admitted >= PER_SECOND * 1.5, admitted + " in " + seconds + " s");
    }

    @Test
    void aBurstOfOneAgentsOffersKeepsNoOtherWaiting() throws Exception {
        Tenant other = Tenant.create(database);
        List<Future<Decision>> burst = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Decision theirs = database.inTransaction(connection -> {
                // Somebody changes how its owner pays, and takes his time: its offers wait, each with a connection in its hand.
                Sql.query(connection, "select id from users where id = ? for update", row -> true, tenant.sample().userId());
                for (int i = 0; i < 48; i++) {
                    burst.add(threads.submit(() -> calls.offer(tenant.offer().build())));
                }
                return soon(threads.submit(() -> calls.offer(other.offer().build())));
            });

            assertEquals("admitted", theirs.outcome());
            for (Future<Decision> one : burst) {
                assertEquals("admitted", soon(one).outcome());
            }
        }
    }

    private static <T> T soon(Future<T> result) {
        try {
            return result.get(4, TimeUnit.SECONDS);
        } catch (Exception notSoon) {
            throw new AssertionError("not within 4 s", notSoon);
        }
    }
}
