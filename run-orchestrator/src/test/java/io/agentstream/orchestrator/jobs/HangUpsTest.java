package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.provider.FakeSessions;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.SessionCheck;
import io.agentstream.orchestrator.provider.Trouble;
import io.agentstream.orchestrator.secret.CredentialsCipher.Opened;
import io.agentstream.orchestrator.secret.CredentialsCipher.Place;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.TelephonyConfigurations.StoredToken;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Codec.Decoded;
import io.agentstream.schemas.DomainName;
import io.agentstream.schemas.End;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class HangUpsTest {

    private static final HangUp AWAY = new HangUp.Unavailable(Trouble.SERVER_ERROR);

    private final String session = "sess-" + UUID.randomUUID();
    private final Tenant tenant;
    private final TenantCalls calls;
    private final FakeSessions sessions = new FakeSessions();
    private final Metrics metrics = new Metrics("test");
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final HangUps hangUps;

    HangUpsTest(Database database) {
        database.withConnection(c -> Sql.update(c, "delete from outbox where kind = 'hang_up'")); // other tests' orders
        tenant = Tenant.create(database);
        calls = new TenantCalls(tenant);
        hangUps = Announcers.hangUps(database, sessions, producer, metrics);
    }

    @AfterEach
    void close() throws InterruptedException {
        hangUps.close();
        metrics.close();
    }

    private CallId hungUpByItsAgent() throws InterruptedException {
        CallId call = calls.running(session);
        calls.ended(call, End.AGENT_HANGUP);
        return call;
    }

    private double counted(String outcome) {
        return metrics.counter("agent_stream_orchestrator_hang_ups", "outcome", outcome).count();
    }

    private long deletedAccount() {
        return tenant.database().inTransaction(c -> {
            long id = Sql.only(
                    c, "select id from telephony_configurations where organization_id = ?", row -> row.getLong(1),
                    tenant.sample().organizationId());
            TelephonyConfigurations.delete(c, tenant.sample().organizationId(), id);
            Sql.update(c, "update telephony_configurations set deleted_at = now() - interval '1 hour' where id = ?", id);
            return id;
        });
    }

    private boolean hasToken(long account) {
        return tenant.database().withConnection(c -> Sql.only(
                c, "select bearer_token is not null from telephony_configurations where id = ?", row -> row.getBoolean(1), account));
    }

    @Test
    void triesAgainWhileTheProviderIsAwayAndTheRunSaysWhenItIsDone() throws InterruptedException {
        sessions.answers.addAll(List.of(AWAY, AWAY));

        CallId call = hungUpByItsAgent();
        Until.holds(hangUps::pass, () -> counted("done") == 1);

        assertEquals(List.of(session, session, session), sessions.hungUp);
        assertEquals(List.of("offered", "created", "started", "running", "ended", "completed", "hang_up"), tenant.story(call));
    }

    @Test
    void itIsSaidAtOnceThatTheProviderHasEndedTheCall() throws InterruptedException {
        CallId call = hungUpByItsAgent();

        Until.holds(hangUps::pass, () -> said(call).contains("HangUp"));

        // and what its orchestrator had not said comes before it
        assertEquals(List.of("Created", "Running", "Completed", "HangUp"), said(call));
    }

    @Test
    void itIsSaidWhenTheProviderWasToBeAskedToo() throws InterruptedException {
        Instant before = databaseTime();
        CallId call = hungUpByItsAgent();
        Instant ordered = databaseTime();
        sessions.answers.add(AWAY);

        Until.holds(hangUps::pass, () -> counted("done") == 1);

        Instant asked = tenant.database().withConnection(c -> Sql.only(
                c,
                "select (payload ->> 'asked_at')::timestamptz as asked from run_events e join runs r on r.id = e.run_id where e.type = 'hang_up' and r.call_id = ?",
                row -> Sql.instant(row, "asked"), call.value()));
        assertTrue(!asked.isBefore(before) && !asked.isAfter(ordered), before + " " + asked + " " + ordered);
    }

    private Instant databaseTime() {
        return tenant.database().withConnection(c -> Sql.only(c, "select clock_timestamp() as now", row -> Sql.instant(row, "now")));
    }

    private List<String> said(CallId call) {
        return List.copyOf(producer.history()).stream()
                .filter(record -> record.topic().equals(Topics.RUN_EVENTS.name()))
                .map(record -> ((Decoded.Value<RunEvent>) Topics.RUN_EVENTS.codec().decode(record.value())).value())
                .filter(event -> event.callId().equals(call))
                .map(event -> event.getClass().getSimpleName())
                .toList();
    }

    @Test
    void whatAnotherProcessLeftIsDone() throws InterruptedException {
        CallId call = hungUpByItsAgent(); // by one that died at once

        Until.holds(hangUps::pass, () -> counted("done") == 1);

        assertEquals(List.of(session), sessions.hungUp);
        assertEquals("hang_up", tenant.story(call).getLast());
    }

    @Test
    void aRefusalIsNotInsistedOnAndCanBeSentAgain() throws InterruptedException {
        sessions.answers.add(new HangUp.Refused(SessionCheck.Reason.UNAUTHORIZED, 401));
        CallId call = hungUpByItsAgent();
        Until.holds(hangUps::pass, () -> counted("given_up") == 1);
        hangUps.pass();
        assertEquals(1, sessions.hungUp.size());

        tenant.database().withConnection(c -> Sql.update(
                c, "update outbox set dead_at = null, due_at = now(), tries = 0 where session = ?", session));
        Until.holds(hangUps::pass, () -> counted("done") == 1);

        assertEquals(
                List.of("offered", "created", "started", "running", "ended", "completed", "hang_up", "hang_up"), tenant.story(call));
    }

    @Test
    void givesUpInTheEnd() throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            sessions.answers.add(AWAY);
        }
        hungUpByItsAgent();

        Until.holds(hangUps::pass, () -> counted("given_up") == 1);

        assertEquals(12, sessions.hungUp.size());
    }

    @Test
    void whatTheProviderAnswersOddlyIsTriedAsOftenAsWhenItIsAway() throws InterruptedException {
        sessions.answers.addAll(List.of(new HangUp.NotNow(409), new HangUp.NotNow(302)));
        hungUpByItsAgent();

        Until.holds(hangUps::pass, () -> counted("done") == 1);

        assertEquals(List.of(session, session, session), sessions.hungUp);
        assertEquals(0, counted("given_up"));
    }

    @Test
    void aConfigurationThatIsDeletedInMidCallCanStillEndItAndThenLosesItsToken() throws InterruptedException {
        CallId call = calls.running(session);
        long account = deletedAccount();
        tenant.database().withConnection(TelephonyConfigurations::destroyTokens);
        calls.ended(call, End.DRAINED);
        tenant.database().withConnection(TelephonyConfigurations::destroyTokens);

        Until.holds(hangUps::pass, () -> counted("done") == 1);
        assertEquals(List.of(session), sessions.hungUp);

        tenant.database().withConnection(TelephonyConfigurations::destroyTokens);
        assertFalse(hasToken(account));
    }

    /// Its owner changes the tenant's account, an hour ago by the clock of whoever tidies up.
    private void changed(String domain) {
        tenant.database().inTransaction(c -> {
            long id = Sql.only(
                    c, "select id from telephony_configurations where organization_id = ? and deleted_at is null",
                    row -> row.getLong(1), tenant.sample().organizationId());
            TelephonyConfigurations.retire(c, id);
            TelephonyConfigurations.change(c, id, "changed", DomainName.parse(domain).orElseThrow());
            TelephonyConfigurations.setToken(c, id, null);
            return Sql.update(c, "update telephony_configurations set deleted_at = now() - interval '1 hour' where former_of = ?", id);
        });
    }

    private int tokens() {
        return tenant.database().withConnection(c -> {
            TelephonyConfigurations.destroyTokens(c);
            return Sql.only(
                    c, "select count(*) from telephony_configurations where organization_id = ? and bearer_token is not null",
                    row -> row.getInt(1), tenant.sample().organizationId());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"another.cloudonix.net", Tenant.DOMAIN})
    void aCallIsEndedInTheDomainThatItBeganInWithTheTokenOfThen(String domain) throws InterruptedException {
        CallId call = calls.running(session);
        changed(domain);
        assertEquals(1, tokens(), "a call needs it");
        calls.ended(call, End.DRAINED);
        assertEquals(1, tokens(), "an order needs it");

        Until.holds(hangUps::pass, () -> counted("done") == 1);

        Account used = sessions.hungUpWith.getFirst();
        assertEquals(Tenant.DOMAIN, used.domain());
        assertInstanceOf(Opened.Plain.class, Tenant.CIPHER.open(used.bearerToken(), used.place()));
        assertEquals(0, tokens(), "and nobody needs it any more");
    }

    @Test
    void whatAConfigurationWasTakesOneRowHoweverOftenItIsChanged() {
        for (int n = 0; n < 5; n++) {
            String domain = "d" + n + ".cloudonix.net";
            changed(domain);
            Place place = new Place(tenant.sample().organizationId(), "cloudonix", domain);
            tenant.database().inTransaction(c -> TelephonyConfigurations.setToken(
                    c,
                    Sql.only(
                            c, "select id from telephony_configurations where organization_id = ? and deleted_at is null",
                            row -> row.getLong(1), tenant.sample().organizationId()),
                    StoredToken.seal(Tenant.CIPHER, new Secret("bearer-of-" + domain), place)));
            assertEquals(1, tokens());
        }

        int rows = tenant.database().withConnection(c -> Sql.only(
                c, "select count(*) from telephony_configurations where organization_id = ? and former_of is not null",
                row -> row.getInt(1), tenant.sample().organizationId()));
        assertEquals(1, rows);
    }

    @Test
    void aSessionThatTalksOnAtAnotherSocketIsNotEnded() throws InterruptedException {
        CallId lost = calls.running(session);
        calls.ended(lost, End.AGENT_HANGUP);
        calls.running(session);

        Until.holds(hangUps::pass, () -> tenant.database().withConnection(c -> Sql.only(
                c, "select count(*) = 0 from outbox where session = ?", row -> row.getBoolean(1), session)));

        assertEquals(List.of(), sessions.hungUp);
    }

    /// So many more hang-ups of the run's account.
    private void orders(CallId call, String name, int count) {
        tenant.database().withConnection(c -> Sql.update(
                c,
                """
                insert into outbox (run_id, kind, after, account_id, session, due_at)
                select r.id, 'hang_up', 9, r.telephony_configuration_id, ? || n, now() - interval '1 minute'
                  from runs r, generate_series(1, ?) n where r.call_id = ?
                """,
                name, count, call.value()));
    }

    private int left(String name) {
        return tenant.database().withConnection(c -> Sql.only(
                c, "select count(*) from outbox where kind = 'hang_up' and dead_at is null and session like ?", row -> row.getInt(1),
                name + "%"));
    }

    private void leasesEnd(String name) {
        tenant.database().withConnection(c -> Sql.update(c, "update outbox set due_at = now() where session like ?", name + "%"));
    }

    @Test
    void oneHangUpTakesOneTurnFromCallsThatBegin() throws InterruptedException {
        hungUpByItsAgent();

        Until.holds(hangUps::pass, () -> counted("done") == 1);

        assertEquals(List.of(1), sessions.turnsAsked);
    }

    @Test
    void whatIsBrokenIsOnlyItselfAndIsGivenUpLikeEverythingElse() throws InterruptedException {
        CallId call = calls.running(session);
        orders(call, "poison-" + session, 1);
        orders(call, "good-" + session, 1);

        Until.holds(
                () -> {
                    hangUps.pass();
                    leasesEnd("poison");
                },
                () -> left("") == 0);

        assertEquals(1, counted("done"));
        assertTrue(sessions.hungUp.stream().filter(name -> name.startsWith("poison")).count() >= 12);
    }

    @Test
    void anAccountWhoseProviderTakesItsTimeLeavesRoomForOthers() throws InterruptedException {
        Tenant other = Tenant.create(tenant.database());
        orders(calls.running(session), "slow-" + session, 200);
        CallId call = new TenantCalls(other).running("others-" + session);
        new TenantCalls(other).ended(call, End.AGENT_HANGUP);

        Until.holds(hangUps::pass, () -> sessions.hungUp.contains("others-" + session));

        sessions.release.countDown();
    }

    @Test
    void sessionsAreEndedThoughKafkaTakesNothing() throws InterruptedException {
        MockProducer<byte[], byte[]> silent =
                new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        orders(calls.running(session), "kafka-" + session, 100);
        try (HangUps deaf = Announcers.hangUps(tenant.database(), sessions, silent, metrics)) {

            Until.holds(deaf::pass, () -> sessions.hungUp.size() == 100);

            Until.holds(() -> left("kafka-") == 0);
            while (silent.completeNext()) {
                // nobody is left waiting
            }
        }
    }

    @Test
    void whoStoodStillWithItsTurnsDoesNotUseThem() throws InterruptedException {
        sessions.frozenFor = Duration.ofSeconds(2);
        hungUpByItsAgent();
        Until.holds(hangUps::pass, () -> sessions.turnsAsked.size() > 2); // it is taken, and given back
        assertEquals(List.of(), sessions.hungUp);

        sessions.frozenFor = Duration.ZERO;
        Until.holds(hangUps::pass, () -> counted("done") == 1);

        int tries = tenant.database().withConnection(c -> Sql.only(
                c, "select (payload ->> 'tries')::integer from run_events where type = 'hang_up' order by position desc limit 1",
                row -> row.getInt(1)));
        assertEquals(1, tries, "what was given back was not tried");
    }

    @Test
    void aTurnCountsFromTheAnswerWhereThatTakesLong() throws InterruptedException {
        orders(calls.running(session), "slow-" + session, 1);
        Until.holds(hangUps::pass, () -> sessions.hungUp.size() == 1);
        long start = System.nanoTime();
        Until.holds(() -> System.nanoTime() - start > 120_000_000);

        sessions.release.countDown();

        Until.holds(() -> sessions.late.get() == 1);
    }

    @Test
    void whereCallsTakeEveryTurnAHangUpGoesBehindThem() throws InterruptedException {
        sessions.free = false;
        orders(calls.running(session), "patient-" + session, 2);

        Until.holds(hangUps::pass, () -> counted("done") == 2);

        assertEquals(2, sessions.hungUp.size());
    }

    @Test
    void whoeverGetsTurnsNowAndThenTakesNoneFromTheLine() throws InterruptedException {
        orders(calls.running(session), "many-" + session, 5);
        sessions.oneAtATime = true;

        Until.holds(hangUps::pass, () -> counted("done") == 5);

        assertEquals(0, sessions.inLine.get(), "though they are due for a minute");
    }
}
