package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a call costs whose owner becomes unlimited, or prepaid, while it talks. A minute is 0.10.
@ExtendWith(TestPostgres.class)
final class ChangedBillingTest {

    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Tenant tenant;
    private final TenantCalls calls;

    ChangedBillingTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    @AfterEach
    void theLedgerAddsUp() {
        assertEquals(List.of(), tenant.disagreements());
    }

    @Test
    void whatWasNeverCountedIsNotGivenBackToAPrepaidOwner() throws Exception {
        CallId call = calls.talking(); // of an unlimited owner
        chargeTo(call, 60);
        tenant.credits("1");

        fail(call, 90);

        assertEquals(new BigDecimal("1.0000"), tenant.credits());
        assertEquals(0, tenant.run(call).orElseThrow().cost().signum());
    }

    @Test
    void whatWasCountedComesBackToAnOwnerWhoIsUnlimitedByThen() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();
        chargeTo(call, 60);
        unlimited();

        fail(call, 90);

        prepaid();
        assertEquals(new BigDecimal("1.0000"), tenant.credits());
        assertEquals(0, tenant.run(call).orElseThrow().cost().signum());
    }

    @Test
    void ofWhatWasCountedInPartOnlyThatPartComesBack() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();
        chargeTo(call, 60);
        unlimited();
        chargeTo(call, 120);
        prepaid();
        chargeTo(call, 180);
        BigDecimal before = tenant.credits();

        fail(call, 190);

        assertEquals(new BigDecimal("0.8000"), before);
        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    @Test
    void theNewestSecondsAreGivenBackFirst() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();
        chargeTo(call, 60);
        unlimited();
        chargeTo(call, 120);
        prepaid();

        calls.end(call, Duration.ofSeconds(90), End.CALLER_HANGUP); // signs of life were ahead of it

        assertEquals(new BigDecimal("0.9000"), tenant.credits());
        assertEquals(new BigDecimal("0.1500"), tenant.run(call).orElseThrow().cost());
    }

    @Test
    void aCallIsPaidFromWhereItsOwnerBecamePrepaid() throws Exception {
        CallId call = calls.talking();
        chargeTo(call, 60);
        tenant.credits("1");

        calls.end(call, Duration.ofSeconds(90), End.CALLER_HANGUP);

        assertEquals(new BigDecimal("0.9500"), tenant.credits());
        assertEquals(new BigDecimal("0.1500"), tenant.run(call).orElseThrow().cost());
    }

    @Test
    void aCallIsPaidUpToWhereItsOwnerBecameUnlimited() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();
        chargeTo(call, 60);
        unlimited();

        calls.end(call, Duration.ofSeconds(90), End.CALLER_HANGUP);

        prepaid();
        assertEquals(new BigDecimal("0.9000"), tenant.credits());
        assertEquals(new BigDecimal("0.1500"), tenant.run(call).orElseThrow().cost());
    }

    /// Anything in any order: after each step the ledger adds up, and what the owner has is what was granted less what was counted.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverHappensWhenTheLedgerAddsUp(long seed) throws Exception {
        Random random = new Random(seed);
        List<Talk> talking = new ArrayList<>();
        boolean prepaid = false;
        BigDecimal expected = BigDecimal.ZERO;
        for (int step = 0; step < 60; step++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    expected = expected.add(BigDecimal.ONE);
                    grant(seed + "-" + step);
                    prepaid = true;
                }
                case 1 -> {
                    unlimited();
                    prepaid = false;
                }
                case 2 -> {
                    prepaid();
                    prepaid = true;
                }
                case 3 -> {
                    if (talking.size() < 4 && (!prepaid || expected.subtract(BigDecimal.valueOf(talking.size(), 1)).signum() > 0)) {
                        talking.add(new Talk(calls.talking()));
                    }
                }
                case 4 -> {
                    for (Talk talk : talking) {
                        expected = expected.subtract(talk.minute(prepaid));
                        chargeTo(talk.call, 60 * talk.minutes);
                    }
                }
                default -> {
                    if (!talking.isEmpty()) {
                        Talk talk = talking.remove(random.nextInt(talking.size()));
                        if (random.nextBoolean()) {
                            fail(talk.call, 60 * talk.minutes);
                            expected = expected.add(talk.counted);
                        } else {
                            calls.end(talk.call, Duration.ofSeconds(60L * talk.minutes), End.CALLER_HANGUP);
                        }
                    }
                }
            }
            assertEquals(List.of(), tenant.disagreements(), "seed " + seed + " step " + step);
        }
        prepaid();
        assertEquals(0, expected.compareTo(tenant.credits()), "seed " + seed + ": " + expected + " " + tenant.credits());
    }

    /// A call that talks, how much of it is charged, and how much of that was counted.
    private static final class Talk {
        private final CallId call;
        private int minutes;
        private BigDecimal counted = BigDecimal.ZERO;

        Talk(CallId call) {
            this.call = call;
        }

        /// One more minute of it.
        BigDecimal minute(boolean prepaid) {
            minutes++;
            BigDecimal cost = prepaid ? new BigDecimal("0.1") : BigDecimal.ZERO;
            counted = counted.add(cost);
            return cost;
        }
    }

    /// The meter is read when the call has been alive for so long.
    private void chargeTo(CallId call, int second) {
        Instant at = NOW.plusSeconds(second);
        calls.alive(call, at, at);
        calls.decisions().metered(call, GRACE, () -> at.plusSeconds(2));
    }

    /// Through a fault of ours.
    private void fail(CallId call, int second) {
        calls.decisions().ended(Samples.failed(call, NOW.plusSeconds(second), Failure.INTERNAL_ERROR), calls.source());
    }

    private void grant(String key) {
        tenant.database().inTransaction(c -> Ledger.grant(
                c,
                new Ledger.Grant(
                        tenant.sample().organizationId(), tenant.sample().userId(), BigDecimal.ONE, "test", key)));
    }

    private void unlimited() {
        tenant.database().inTransaction(c -> {
            Ledger.setUnlimited(c, tenant.sample().userId());
            return true;
        });
    }

    private void prepaid() {
        tenant.database().inTransaction(c -> {
            Ledger.setPrepaid(c, tenant.sample().organizationId(), tenant.sample().userId());
            return true;
        });
    }
}
