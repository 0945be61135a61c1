package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Decision;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.provider.Leg;
import io.agentstream.orchestrator.provider.SharedPace;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.Transfers;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.DomainName;
import io.agentstream.schemas.End;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A process notes that it is going to have a caller brought away, and dies; nobody knows whether it asked. Then the call's socket ends.
@ExtendWith(TestPostgres.class)
final class TransferDoubtsTest {

    private final String session = "sess-" + UUID.randomUUID();
    private final Database database;
    private final TenantCalls calls;
    private final FakeSessions sessions = new FakeSessions();
    private final TransferDoubts doubts;
    private CallId call;

    TransferDoubtsTest(Database database) {
        this.database = database;
        this.calls = new TenantCalls(Tenant.create(database));
        this.doubts = new TransferDoubts(database, sessions);
    }

    @BeforeEach
    void noted() throws InterruptedException {
        database.withConnection(c -> Sql.update(c, "delete from transfers")); // other tests' orders
        call = calls.running(session);
        calls.asksForTransfer(call, 5, "1-desk", "+15550130");
        long id = database.withConnection(c -> Transfers.take(c, 10, Duration.ofMinutes(1), TenantCalls.ALL)).getFirst().id();
        boolean mine = database.withConnection(c -> Transfers.asking(c, id));
        assertTrue(mine);
    }

    private Decision settled(End end) {
        Instant now = InstantSource.system().instant();
        assertTrue(calls.endedIfKnown(call, now, end).isEmpty());
        doubts.settle(new CallEvent.Ended(call, 9, now, 1000, "", end, null));
        boolean heardOf = database.withConnection(c -> Sql.only(
                c, "select last_seen_at > now() - interval '3 seconds' from runs where call_id = ?", row -> row.getBoolean(1), call.value()));
        assertTrue(heardOf, "nobody takes it for lost meanwhile");
        return calls.ended(call, end);
    }

    private Transfers.Doubt doubt(Connection connection) throws SQLException {
        return Objects.requireNonNull(Transfers.inDoubt(connection, Set.of(call.value())).get(call.value()));
    }

    private List<Boolean> away() {
        database.withConnection(c -> Sql.update(c, "update transfers set due_at = now()"));
        return database.withConnection(c -> Transfers.take(c, 10, Duration.ZERO, TenantCalls.ALL)).stream().map(Transfers.Due::away).toList();
    }

    @Test
    void aCallerWhoseSessionIsOverHasHungUp() {
        sessions.legs.put(session, new Leg.Over(Leg.Why.ENDED, true));

        assertEquals("caller_hangup", settled(End.CALLER_HANGUP).outcome());

        assertEquals(List.of(false), away());
    }

    @Test
    void theProviderIsAskedInTheDomainThatTheCallBeganIn() {
        sessions.legs.put(session, new Leg.Over(Leg.Why.ENDED, true));
        database.inTransaction(c -> {
            long account = doubt(c).accountId();
            TelephonyConfigurations.retire(c, account);
            return TelephonyConfigurations.change(c, account, "moved", DomainName.parse("another.cloudonix.net").orElseThrow());
        });

        assertEquals("caller_hangup", settled(End.CALLER_HANGUP).outcome());

        assertEquals(List.of(Tenant.DOMAIN), sessions.lookedAtIn.stream().distinct().toList());
    }

    @Test
    void soHasOneWhoseSessionTheProviderDoesNotKnowTwice() {
        sessions.legs.put(session, new Leg.Missing());

        assertEquals("caller_hangup", settled(End.CALLER_HANGUP).outcome());
    }

    /// Others of the provider's domain take turns, too, and the row that these stand in is locked for longer than anybody waits for an answer.
    @Test
    void whatALockTakesIsNotTakenFromTheProvidersTime() throws InterruptedException {
        // given
        TransferDoubts hasty = new TransferDoubts(
                database, sessions, new TransferDoubts.Waits(Duration.ofMillis(500), Duration.ofMillis(200), Duration.ofMillis(2_000)));
        SharedPace pace = new SharedPace(database, "cloudonix", 10, Duration.ofMillis(100));
        pace.take(session, 1); // so that there is a row
        CountDownLatch locked = new CountDownLatch(1);
        Thread slow = Thread.ofVirtual().start(() -> database.inTransaction(c -> {
            Sql.query(c, "select 1 from provider_turns where domain = ? for update", row -> row.getInt(1), session);
            locked.countDown();
            return Sql.query(c, "select pg_sleep(3)", row -> true);
        }));
        locked.await();
        sessions.beforeTurns = () -> pace.take(session, 1);
        sessions.legs.put(session, new Leg.Missing()); // which has to be said twice

        // when
        hasty.settle(new CallEvent.Ended(call, 9, InstantSource.system().instant(), 1000, "", End.CALLER_HANGUP, null));

        // then
        assertTrue(sessions.lookedAtIn.size() >= 2, "the provider is asked once the turn has come: " + sessions.lookedAtIn);
        assertEquals(sessions.turnsAsked.size(), sessions.lookedAtIn.size(), "and has its time to answer");
        assertEquals("caller_hangup", calls.ended(call, End.CALLER_HANGUP).outcome());
        slow.join();
    }

    @Test
    void aCallerWhoseSessionLastsIsWithSomebodyElse() {
        sessions.legs.put(session, new Leg.Open(true));

        assertEquals("transferred", settled(End.CALLER_HANGUP).outcome());

        assertEquals(List.of(true), away());
    }

    @Test
    void whereTheProviderDoesNotSayTheCallerIsNotCutOff() {
        sessions.legs.put(session, new Leg.Unknown());

        Decision decision = settled(End.AGENT_HANGUP);

        assertEquals("transferred", decision.outcome());
        assertTrue(decision.hangUp().isEmpty());
    }

    @Test
    void theAnswerToTheRequestIsWaitedForAlsoWhereWeHaveEndedTheCall() throws InterruptedException {
        Thread answer = Thread.ofVirtual().unstarted(() -> database.withConnection(c -> {
            long id = doubt(c).id();
            Transfers.notDone(c, id, Duration.ofMinutes(1));
            return true;
        }));
        Instant now = InstantSource.system().instant();
        assertTrue(calls.endedIfKnown(call, now, End.AGENT_HANGUP).isEmpty());
        long beganNs = System.nanoTime();
        answer.start();

        doubts.settle(new CallEvent.Ended(call, 9, now, 1000, "", End.AGENT_HANGUP, null));

        assertTrue(Duration.ofNanos(System.nanoTime() - beganNs).compareTo(Duration.ofSeconds(8)) < 0, "nothing is in doubt any more");
        Decision decision = calls.ended(call, End.AGENT_HANGUP);
        assertEquals("agent_hangup", decision.outcome());
        assertTrue(decision.hangUp().isPresent());
        answer.join();
    }
}
