package io.agentstream.orchestrator.decide;

import static io.agentstream.orchestrator.decide.TenantCalls.NOW;
import static io.agentstream.orchestrator.decide.TenantCalls.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Ledger;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SocketCommand;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What calls cost, when, and whom. A minute is 0.10 unless a test says otherwise.
@ExtendWith(TestPostgres.class)
final class MoneyTest {

    private static final Duration GRACE = Duration.ofSeconds(15);

    /// Nothing of the conversation is read, and there may be something to read.
    private static final Begun UNREAD = new Begun(null, false);

    private final Tenant tenant;
    private final TenantCalls calls;

    MoneyTest(Database database) {
        this.tenant = Tenant.create(database);
        this.calls = new TenantCalls(tenant);
    }

    @AfterEach
    void theLedgerAddsUp() {
        assertEquals(List.of(), tenant.disagreements());
    }

    @Test
    void talkIsChargedByTheMinuteWhileItLastsAndTheRestAtItsEnd() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();
        alive(call, 58);
        read(call, 60);
        alive(call, 118);
        read(call, 120);

        calls.end(call, Duration.ofMillis(150_001), End.CALLER_HANGUP);

        assertEquals(List.of("0.0967", "0.1000", "0.0550"), charges());
        assertEquals(new BigDecimal("0.2517"), tenant.run(call).orElseThrow().cost());
        assertEquals(new BigDecimal("0.7483"), tenant.credits());
    }

    @Test
    void aMeterThatIsReadTwiceChargesOnce() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();
        alive(call, 60);

        read(call, 60);
        read(call, 60);

        assertEquals(List.of("0.1000"), charges());
    }

    /// Drilled: with the orchestrator away for 87 s, calls of 11.8 s were charged 74.2 s.
    @Test
    void whatWeAreAwayForIsNotCharged() throws Exception {
        CallId call = calls.talking();
        alive(call, 11, 99);

        Decision lost = calls.decisions().quiet(call, NOW.plusSeconds(150));

        assertEquals("0.0183", ((RunEvent.Completed) lost.events().getFirst()).cost());
    }

    @Test
    void whoBreaksACallThatTalkedPaysForItsTalk() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();

        Decision decision = calls.decisions().ended(
                Samples.failed(call, NOW.plusMillis(90_500), Failure.MALFORMED_MESSAGE), calls.source());

        RunEvent.Failed failed = (RunEvent.Failed) decision.events().getFirst();
        assertEquals("0.1517", failed.cost());
        assertEquals(90_500L, failed.durationMs());
        assertEquals(new BigDecimal("0.1517"), tenant.run(call).orElseThrow().cost());
        assertEquals(new BigDecimal("0.8483"), tenant.credits());
    }

    @Test
    void aCallThatFailsThroughUsGetsBackWhatWasChargedMeanwhile() throws Exception {
        tenant.credits("1");
        CallId call = calls.talking();
        alive(call, 60);
        read(call, 60);

        Decision decision = calls.decisions().ended(
                Samples.failed(call, NOW.plusSeconds(90), Failure.INTERNAL_ERROR), calls.source());
        calls.decisions().ended(Samples.failed(call, NOW.plusSeconds(90), Failure.INTERNAL_ERROR), calls.source());

        assertEquals("0.0000", ((RunEvent.Failed) decision.events().getFirst()).cost());
        assertEquals(
                List.of(Ledger.Kind.GRANT, Ledger.Kind.CHARGE, Ledger.Kind.CORRECTION),
                tenant.ledger().stream().map(Ledger.Entry::kind).toList());
        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    @Test
    void aCallThatNobodyServedCostsNothing() throws Exception {
        tenant.credits("1");
        CallId call = calls.running();
        alive(call, 60);
        read(call, 60);

        calls.decisions().neverBegan(call, () -> NOW.plusSeconds(70));

        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    @Test
    void whoHangsUpBeforeAWorkerHasTakenTheCallPaysNothing() throws Exception {
        tenant.credits("1");
        CallId call = calls.running();
        alive(call, 60);
        read(call, 60);

        Decision decision = calls.end(call, Duration.ofSeconds(75), End.CALLER_HANGUP);

        assertEquals("0.0000", ((RunEvent.Completed) decision.events().getFirst()).cost());
        assertEquals(
                List.of("", "", "nobody served the call"),
                tenant.ledger().stream().map(entry -> entry.kind() == Ledger.Kind.GRANT ? "" : entry.reference()).toList());
        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    /// Also where what the worker says is read before it is read that the call has ended.
    @Test
    void aWorkerThatComesWhenTheCallIsOverHasNotServedIt() throws Exception {
        tenant.credits("1");
        CallId call = calls.running();
        calls.begins(call, at(11));

        calls.end(call, Duration.ofSeconds(10), End.CALLER_HANGUP);

        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    @Test
    void whatTheCallerHasHeardOfTheAgentIsService() throws Exception {
        tenant.credits("1");
        CallId call = calls.running();

        calls.decisions().endedIfKnown(
                new CallEvent.Ended(call, 9, at(30), 1000, "", End.CALLER_HANGUP, null, null, null, at(1), 900L), calls.source(), UNREAD);

        assertEquals(new BigDecimal("0.9500"), tenant.credits());
    }

    /// Which of two topics is read first is chance, and the cost is not.
    @Test
    void itIsNotDecidedWhatACallCostsUntilItIsKnownWhetherSomebodyServedIt() throws Exception {
        tenant.credits("1");
        CallId served = calls.running();
        CallId unserved = calls.running();
        CallId late = calls.running();

        assertTrue(ended(served, UNREAD).isEmpty());
        assertTrue(ended(unserved, UNREAD).isEmpty());
        assertTrue(ended(late, new Begun(at(31), false)).isEmpty());
        assertEquals("0.0500", cost(ended(served, new Begun(at(0), false)).orElseThrow()));
        assertEquals("0.0000", cost(ended(unserved, Begun.KEPT).orElseThrow()));
        assertEquals("0.0000", cost(ended(late, new Begun(at(31), true)).orElseThrow()));

        assertEquals(new BigDecimal("0.9500"), tenant.credits());
    }

    @Test
    void whatOursToAnswerForEndsNeedsNoService() throws Exception {
        CallId call = calls.running();

        CallEvent.Ended broken = Samples.failed(call, at(30), Failure.INTERNAL_ERROR);

        assertTrue(calls.decisions().endedIfKnown(broken, calls.source(), UNREAD).isPresent());
    }

    @Test
    void aLostCallAndOneThatItsPeerBrokeCostNothingWhereNobodyServedThem() throws Exception {
        tenant.credits("1");
        CallId lost = calls.running();
        alive(lost, 30);
        CallId broken = calls.running();

        calls.decisions().quiet(lost, at(100));
        calls.decisions().ended(Samples.failed(broken, at(30), Failure.PEER_STALLED), calls.source());

        assertEquals(new BigDecimal("1.0000"), tenant.credits());
    }

    private Optional<Decision> ended(CallId call, Begun begun) {
        return calls.decisions().endedIfKnown(Samples.ended(call, at(30), End.CALLER_HANGUP), calls.source(), begun);
    }

    private static String cost(Decision decision) {
        return ((RunEvent.Completed) decision.events().getFirst()).cost();
    }

    @Test
    void aPriceHoldsForTheCallsThatAreAdmittedUnderIt() throws Exception {
        tenant.price("0.60");
        CallId before = calls.talking();
        CallId admittedBefore = calls.admitted();
        tenant.price("6");
        CallId after = calls.admitted();
        calls.start(admittedBefore);
        calls.start(after);
        calls.begins(admittedBefore);
        calls.begins(after);

        List<String> costs = new ArrayList<>();
        for (CallId call : List.of(before, admittedBefore, after)) {
            calls.end(call, Duration.ofSeconds(10), End.CALLER_HANGUP);
            costs.add(tenant.run(call).orElseThrow().cost().toPlainString());
        }

        assertEquals(List.of("0.1000", "0.1000", "1.0000"), costs);
    }

    /// Drilled: ten calls at once spent 102 of 60.
    @Test
    void callsAtOnceCannotSpendWhatIsThereForOne() throws Exception {
        tenant.price("0.60");
        tenant.credits("1.85");
        List<CallId> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(calls.admitted());
        }

        List<Decision> all = together(waiting.stream().<Callable<Decision>>map(call -> () -> calls.start(call)).toList());

        // Three hold a minute each; 0.05 are left, and a call needs 0.10.
        assertEquals(3, all.stream().filter(decision -> decision.outcome().equals("running")).count());
        assertEquals(7, all.stream().filter(decision -> decision.outcome().equals("quota_exceeded")).count());
        assertEquals(Failure.QUOTA_EXCEEDED, failure(calls.offer(tenant.offer().build())));
    }

    @Test
    void whatIsHeldIsFreeWhenTheCallIsOver() throws Exception {
        tenant.credits("0.15");
        CallId first = calls.talking();
        Decision meanwhile = calls.offer(tenant.offer().build());

        calls.end(first, Duration.ofSeconds(1), End.CALLER_HANGUP);

        assertEquals(Failure.QUOTA_EXCEEDED, failure(meanwhile));
        assertEquals("admitted", calls.offer(tenant.offer().build()).outcome());
    }

    @Test
    void whereTalkIsFreeNothingIsHeldButTenCentsAreAskedFor() throws Exception {
        tenant.price("0");
        tenant.credits("0.10");
        calls.talking();
        calls.talking();
        tenant.price("0.10");
        calls.talking(); // holds all of it

        assertEquals(Failure.QUOTA_EXCEEDED, failure(calls.offer(tenant.offer().build())));
        assertEquals(List.of("0.1000"), grants());
    }

    @Test
    void aCallWhoseMoneyIsUsedUpIsAskedToFinishAndThenClosed() throws Exception {
        tenant.price("1");
        tenant.credits("0.10"); // 6 s
        CallId call = calls.talking();

        Decision early = read(call, 5);
        Decision first = read(call, 6);
        Decision again = read(call, 12);
        Decision last = read(call, 30);

        assertTrue(early.isEmpty());
        assertEquals(List.of(new SocketCommand.Finish(call, End.CREDITS, 15_000)), first.commands());
        assertEquals(first.commands(), again.commands());
        assertEquals(End.CREDITS, assertInstanceOf(SocketCommand.Close.class, last.commands().getFirst()).end());
        assertEquals("finishing_credits", first.outcome());
        assertEquals(List.of(), charges());
        calls.end(call, Duration.ofSeconds(8), End.CREDITS);
        assertEquals(new BigDecimal("-0.0333"), tenant.credits());
    }

    @Test
    void moneyThatComesInTimeLetsACallGoOn() throws Exception {
        tenant.price("1");
        tenant.credits("0.10");
        CallId call = calls.talking();
        tenant.credits("5");

        Decision decision = read(call, 6);

        assertTrue(decision.isEmpty());
        assertTrue(read(call, 66).isEmpty());
    }

    @Test
    void ofAnUnlimitedOwnerEntriesAreKeptAndNothingIsCountedDown() throws Exception {
        CallId call = calls.talking();
        alive(call, 60);
        read(call, 60);
        calls.end(call, Duration.ofSeconds(90), End.CALLER_HANGUP);

        tenant.credits("5");

        assertEquals(List.of("0.1000", "0.0500"), charges());
        assertEquals(new BigDecimal("5.0000"), tenant.credits());
    }

    @Test
    void whoBecomesUnlimitedAndPrepaidAgainHasWhatHeHadBefore() throws Exception {
        tenant.credits("3");
        tenant.database().inTransaction(c -> {
            Ledger.setUnlimited(c, tenant.sample().userId());
            return true;
        });
        CallId call = calls.talking();
        calls.end(call, Duration.ofSeconds(90), End.CALLER_HANGUP);

        tenant.database().inTransaction(c -> {
            Ledger.setPrepaid(c, tenant.sample().organizationId(), tenant.sample().userId());
            return true;
        });

        assertEquals(new BigDecimal("3.0000"), tenant.credits());
    }

    @Test
    void chargesGrantsAndEndsAtOnceLoseNothing() throws Exception {
        tenant.credits("50");
        List<CallId> running = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            CallId call = calls.talking();
            alive(call, 60);
            running.add(call);
        }
        List<Callable<Object>> work = new ArrayList<>();
        for (CallId call : running) {
            work.add(() -> read(call, 60));
            work.add(() -> calls.end(call, Duration.ofSeconds(75), End.CALLER_HANGUP));
            work.add(() -> calls.end(call, Duration.ofSeconds(75), End.CALLER_HANGUP));
            work.add(() -> tenant.database().inTransaction(c -> Ledger.grant(
                    c,
                    new Ledger.Grant(
                            tenant.sample().organizationId(), tenant.sample().userId(), new BigDecimal("1"), "",
                            call.toString()))));
        }

        together(work);

        assertEquals(new BigDecimal("57.0000"), tenant.credits());
    }

    private void alive(CallId call, int second) {
        alive(call, second, second);
    }

    private void alive(CallId call, int second, int readAtSecond) {
        calls.alive(call, at(second), at(readAtSecond));
    }

    private Decision read(CallId call, int second) {
        return calls.decisions().metered(call, GRACE, () -> at(second));
    }

    private static Instant at(int second) {
        return NOW.plusSeconds(second);
    }

    private List<String> charges() {
        return tenant.ledger().stream()
                .filter(entry -> entry.kind() == Ledger.Kind.CHARGE)
                .map(entry -> entry.amount().negate().toPlainString())
                .toList();
    }

    private List<String> grants() {
        return tenant.ledger().stream()
                .filter(entry -> entry.kind() == Ledger.Kind.GRANT)
                .map(entry -> entry.amount().toPlainString())
                .toList();
    }

    private static <T> List<T> together(List<Callable<T>> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(work)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
