package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.store.AdmissionBuckets;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.Failure;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/// A tenant's admissions are as many as it may have, and keep nobody else waiting.
@ExtendWith(TestPostgres.class)
final class AdmissionRatesTest {

    private static final int PER_SECOND = 40;

    private final Database database;
    private final EmbeddedPostgres server;
    private final Tenant tenant;
    private final TenantCalls calls;

    AdmissionRatesTest(Database database, EmbeddedPostgres server) {
        this.database = database;
        this.server = server;
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

        assertTrue(calls.offer(offer).isEmpty());
        assertEquals(1, tenant.runs().size());
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
                AdmissionRates rates = new AdmissionRates(database, System::nanoTime);
                counts.add(threads.submit(() -> {
                    int taken = 0;
                    while (System.nanoTime() < endNs) {
                        taken += takes(rates) ? 1 : 0;
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
    void aSecondsWorthMayComeAtOnce() throws Exception {
        AdmissionRates rates = new AdmissionRates(database, () -> 0); // no time passes
        int taken = 0;
        for (int i = 0; i < PER_SECOND; i++) {
            taken += takes(rates) ? 1 : 0;
        }

        assertEquals(PER_SECOND, taken);
    }

    private boolean takes(AdmissionRates rates) throws InterruptedException {
        return takes(rates, PER_SECOND, new AtomicLong());
    }

    /// @param asked counts how often the database was
    private boolean takes(AdmissionRates rates, int perSecond, AtomicLong asked) throws InterruptedException {
        long organization = tenant.sample().organizationId();
        return switch (rates.known(organization, perSecond)) {
            case TAKEN -> true;
            case NONE -> false;
            case UNKNOWN -> {
                asked.incrementAndGet();
                yield rates.ask(organization, perSecond);
            }
        };
    }

    /// Ten times as often as is allowed, for some seconds.
    @Test
    void aFloodAsksTheDatabaseNoMoreOftenThanTheTenthsOfItsTime() throws Exception {
        // given
        AtomicLong asked = new AtomicLong();
        AdmissionRates rates = new AdmissionRates(database, System::nanoTime);
        long startNs = System.nanoTime();
        long endNs = startNs + TimeUnit.MILLISECONDS.toNanos(1_500);

        // when
        int admitted = 0;
        int came = 0;
        while (System.nanoTime() < endNs) {
            admitted += takes(rates, PER_SECOND, asked) ? 1 : 0;
            came++;
            LockSupport.parkNanos(startNs + came * 1_000_000_000L / (10 * PER_SECOND) - System.nanoTime());
        }

        // then: the second's worth that comes at once, then one question for each admission there is, or ten a second
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double most = 1 + (1 + seconds) * PER_SECOND / (PER_SECOND / 10.0) + seconds * PER_SECOND;
        assertTrue(came > 2 * admitted, came + " came, " + admitted + " were admitted");
        assertTrue(asked.get() <= most, asked.get() + " questions in " + seconds + " s");
    }

    /// For ADR 33, which has the figures.
    @Test
    @EnabledIfSystemProperty(named = "rates.measure", matches = "true", disabledReason = "takes times, which are nothing beside other tests: -Drates.measure=true")
    void whatAnAdmissionCosts() throws Exception {
        long organization = tenant.sample().organizationId();
        int many = 1_000_000;
        for (int round = 0; round < 3; round++) { // the last of them counts
            AdmissionRates rates = new AdmissionRates(database, System::nanoTime);
            rates.ask(organization, many);
            long startNs = System.nanoTime();
            int taken = 0;
            while (rates.known(organization, many) == AdmissionRates.Verdict.TAKEN) {
                taken++;
            }
            System.out.printf(Locale.ROOT, "known: %d taken, %.0f ns each%n", taken, (System.nanoTime() - startNs) / (double) Math.max(1, taken));

            long[] tookNs = new long[2_000];
            for (int i = 0; i < tookNs.length; i++) {
                long beganNs = System.nanoTime();
                database.inTransaction(c -> AdmissionBuckets.take(c, organization, many, 1));
                tookNs[i] = System.nanoTime() - beganNs;
            }
            Arrays.sort(tookNs);
            System.out.printf(
                    Locale.ROOT, "database: p50 %.0f us, p99 %.0f us each%n", tookNs[tookNs.length / 2] / 1e3, tookNs[tookNs.length * 99 / 100] / 1e3);

            for (int perSecond : new int[] {10, 100, 1_000}) {
                AtomicLong asked = new AtomicLong();
                AdmissionRates limited = new AdmissionRates(database, System::nanoTime);
                long beganNs = System.nanoTime();
                int admitted = 0;
                int refused = 0;
                while (System.nanoTime() - beganNs < TimeUnit.SECONDS.toNanos(2)) {
                    if (takes(limited, perSecond, asked)) {
                        admitted++;
                    } else {
                        refused++;
                    }
                }
                System.out.printf(Locale.ROOT, "a flood in 2 s at %d: %d admitted, %d refused, %d questions%n", perSecond, admitted, refused, asked.get());
            }
        }
    }

    @Test
    void whoWaitsForARateHoldsNoConnection() throws Exception {
        allow(PER_SECOND);
        Database.Settings named = new Database.Settings(
                TestPostgres.jdbcUrl(server, database), "postgres", new Secret("postgres"), "rates-test", 16, Duration.ofSeconds(5), Duration.ofSeconds(10));
        try (Database own = new Database(named);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            RunDecisions decisions = new RunDecisions(own, new Tariff(new BigDecimal("0.10")), Duration.ofSeconds(10));
            List<Future<Decision>> offers = new ArrayList<>();
            database.inTransaction(c -> AdmissionBuckets.take(c, tenant.sample().organizationId(), PER_SECOND, 0));
            database.inTransaction(c -> {
                Sql.query(
                        c, "select 1 from admission_buckets where organization_id = ? for update", row -> true,
                        tenant.sample().organizationId());

                for (int i = 0; i < 8; i++) {
                    CallEvent.Offered offer = tenant.offer().build();
                    offers.add(threads.submit(
                            () -> TenantCalls.untilDecided(() -> decisions.offered(offer, calls.source(), () -> TenantCalls.NOW))));
                }

                soon(threads.submit(() -> {
                    Until.holds(() -> backends("wait_event_type = 'Lock'") == 1 && backends("state like 'idle in transaction%'") == 0);
                    return true;
                }));
                return true;
            });
            for (Future<Decision> offer : offers) {
                assertEquals("admitted", soon(offer).outcome());
            }
        }
    }

    private long backends(String condition) {
        return database.withConnection(c -> Sql.only(
                c, "select count(*) from pg_stat_activity where application_name = 'rates-test' and " + condition,
                row -> row.getLong(1)));
    }

    @Test
    void aBurstOfOneOrganisationsOffersKeepsNoOtherWaiting() throws Exception {
        Tenant other = Tenant.create(database);
        List<UUID> agents = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            agents.add(tenant.addAgent());
        }
        List<Future<Decision>> burst = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Decision theirs = database.inTransaction(connection -> {
                // Somebody changes how its owner pays, and takes his time: its offers wait, each with a connection in its hand.
                Sql.query(connection, "select id from users where id = ? for update", row -> true, tenant.sample().userId());
                for (int i = 0; i < 48; i++) {
                    UUID agent = agents.get(i % agents.size());
                    burst.add(threads.submit(() -> calls.offer(tenant.offer().agent(agent).build())));
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
