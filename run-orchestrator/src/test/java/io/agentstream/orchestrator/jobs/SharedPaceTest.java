package io.agentstream.orchestrator.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.agentstream.orchestrator.Until;
import io.agentstream.orchestrator.decide.SessionAnswer;
import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.provider.HangUp;
import io.agentstream.orchestrator.provider.Pace;
import io.agentstream.orchestrator.provider.Sessions;
import io.agentstream.orchestrator.provider.SharedPace;
import io.agentstream.orchestrator.provider.Turns;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixClient;
import io.agentstream.orchestrator.provider.cloudonix.CloudonixSessions;
import io.agentstream.orchestrator.secret.CredentialsCipher;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Outbox;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TelephonyConfigurations.Account;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Metrics;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A provider's limit holds over all orchestrators.
@ExtendWith(TestPostgres.class)
final class SharedPaceTest {

    private static final int CALLS = 2_000;
    private static final int LIMIT = 1_000;
    private static final Duration WINDOW = Duration.ofSeconds(1);

    private final Database database;
    private final String domain = UUID.randomUUID() + ".example.com";

    SharedPaceTest(Database database) {
        this.database = database;
    }

    private Pace pace(int requests, Duration window) {
        return new SharedPace(database, "cloudonix", requests, window);
    }

    private static int mostIn(Duration window, List<Long> timesNs) {
        List<Long> sorted = timesNs.stream().sorted().toList();
        int most = 0;
        int from = 0;
        for (int to = 0; to < sorted.size(); to++) {
            while (sorted.get(to) - sorted.get(from) >= window.toNanos()) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    @Test
    void whoWaitsForATurnIsNeverOneOfTooMany() throws Exception {
        Duration window = Duration.ofMillis(300);
        List<Future<List<Long>>> processes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int p = 0; p < 3; p++) {
                Pace pace = pace(5, window);
                processes.add(threads.submit(() -> {
                    List<Long> times = new ArrayList<>();
                    for (int i = 0; i < 8; i++) {
                        long now = System.nanoTime();
                        OptionalLong wait = pace.reserve(domain, now, now + Duration.ofSeconds(10).toNanos());
                        LockSupport.parkNanos(wait.orElseThrow());
                        times.add(System.nanoTime());
                    }
                    return times;
                }));
            }
            List<Long> all = new ArrayList<>();
            for (Future<List<Long>> process : processes) {
                all.addAll(process.get());
            }

            assertEquals(24, all.size());
            assertTrue(mostIn(window, all) <= 5, "at most 5 in a window: " + mostIn(window, all));
        }
    }

    /// Of one account that has more calls than its provider takes, while somebody has its row.
    @Test
    void whoWaitsInOneLineLeavesOthersTheConnections() throws Exception {
        Pace pace = pace(10, Duration.ofSeconds(3));
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        List<Future<OptionalLong>> waiting = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            pace.reserve(domain, System.nanoTime(), deadline);
            OptionalLong theirs = database.inTransaction(connection -> {
                Sql.query(connection, "select 1 from provider_turns where domain = ? for update", row -> true, domain);
                for (int i = 0; i < 2 * database.poolSize(); i++) {
                    waiting.add(threads.submit(() -> pace.reserve(domain, System.nanoTime(), deadline)));
                }
                return soon(threads.submit(() -> pace.reserve("other-" + domain, System.nanoTime(), deadline)));
            });

            assertTrue(theirs.isPresent());
            for (Future<OptionalLong> turn : waiting) {
                assertTrue(turn.get().isPresent());
            }
        }
    }

    /// Else the call would fail as one that its provider does not know.
    @Test
    void whoCannotAskInTimeIsNotToldThatTheProviderHasNoTurn() {
        Pace pace = pace(10, Duration.ofSeconds(3));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            pace.reserve(domain, System.nanoTime(), deadline);
            database.inTransaction(connection -> {
                Sql.query(connection, "select 1 from provider_turns where domain = ? for update", row -> true, domain);
                Future<OptionalLong> first = threads.submit(() -> pace.reserve(domain, System.nanoTime(), deadline));
                long now = System.nanoTime();
                assertThrows(DatabaseException.class, () -> pace.reserve(domain, now, now + Duration.ofMillis(300).toNanos()));
                return first;
            });
        }
    }

    private static <T> T soon(Future<T> result) {
        try {
            return result.get(4, TimeUnit.SECONDS);
        } catch (Exception notSoon) {
            throw new AssertionError("not within 4 s", notSoon);
        }
    }

    @Test
    void aTurnThatWouldComeTooLateIsNotTaken() {
        Pace pace = pace(1, Duration.ofSeconds(30));
        long now = System.nanoTime();

        assertTrue(pace.reserve(domain, now, now + 1_000_000_000).isPresent());
        assertTrue(pace.reserve(domain, now, now + 1_000_000_000).isEmpty());
    }

    @Test
    void whatCanWaitLeavesRoomForCallsThatCannot() {
        Pace pace = pace(10, Duration.ofSeconds(30));

        assertEquals(8, pace.take(domain, 64).count());
        assertEquals(0, pace(10, Duration.ofSeconds(30)).take(domain, 64).count());
        long now = System.nanoTime();
        assertTrue(pace.reserve(domain, now, now + 1_000_000_000).isPresent());
        assertTrue(pace.reserve(domain, now, now + 1_000_000_000).isPresent());
        assertTrue(pace.reserve(domain, now, now + 1_000_000_000).isEmpty());
    }

    @Test
    void aTurnWhoseRequestWasAnsweredLateCountsFromThen() {
        Pace pace = pace(10, Duration.ofSeconds(30));
        Turns turns = pace.take(domain, 3);

        pace.late(domain, turns);

        Instant at = Objects.requireNonNull(turns.at());
        assertEquals(List.of(2, 1), List.of(counted("= ?", at), counted("> ?", at)));
    }

    private int counted(String condition, Instant at) {
        return database.withConnection(c -> Sql.only(
                c, "select count(*) from provider_turns t, unnest(t.times) x(at) where t.domain = ? and x.at " + condition,
                row -> row.getInt(1), domain, at));
    }

    @Test
    void whoNamesAnotherOrganisationsDomainTakesNoneOfItsTurns() throws Exception {
        String other = "other-" + domain;
        AtomicInteger asked = new AtomicInteger();
        HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });
        provider.start();
        CloudonixClient.Settings settings = CloudonixClient.Settings.of(
                URI.create("http://127.0.0.1:" + provider.getAddress().getPort()), 2);
        try (CloudonixClient client = new CloudonixClient(settings, pace(2, Duration.ofMinutes(1)))) {
            CloudonixSessions sessions = new CloudonixSessions(client, Tenant.CIPHER, database);
            long soon = Duration.ofSeconds(2).toNanos();

            for (int n = 0; n < 4; n++) { // two of which find no turn
                sessions.check(account(1, other), "s" + n, System.nanoTime() + soon);
            }
            sessions.check(account(2, other), "mine", System.nanoTime() + soon);

            assertEquals(3, asked.get());
        } finally {
            provider.stop(0);
        }
    }

    private static Account account(long organization, String domain) {
        Secret token = new Secret("token-of-" + organization);
        return new Account(
                1, organization, "cloudonix", domain,
                Tenant.CIPHER.seal(token, new CredentialsCipher.Place(organization, "cloudonix", domain)), false);
    }

    @Test
    void twoThousandCallsOfOneAccountAreHungUpWithinTheLimitAndNoneIsForgotten() throws Exception {
        Tenant tenant = Tenant.create(database);
        CallId call = new TenantCalls(tenant).running("sess");
        long account = database.withConnection(c -> {
            long id = Sql.only(
                    c, "select telephony_configuration_id from runs where call_id = ?", row -> row.getLong(1), call.value());
            Sql.update(
                    c,
                    """
                    insert into outbox (run_id, kind, after, account_id, session, due_at)
                    select r.id, 'hang_up', 9, ?, 'drained-' || n, now() from runs r, generate_series(1, ?) n where r.call_id = ?
                    """,
                    id, CALLS, call.value());
            return id;
        });
        database.withConnection(c -> Outbox.takeHangUps(c, new Outbox.Of(account, null), 50, Duration.ofSeconds(1))); // by one that is killed now
        Map<String, Long> hungUp = new ConcurrentHashMap<>();
        Metrics metrics = new Metrics("test");
        Said said = new Said(); // all are of one run, and what is not known to be said of it is said before
        OutboxLoop tidy = new OutboxLoop(database, said, metrics, () -> true, InstantSource.system());
        try (HangUps one = Announcers.hangUps(database, new Paced(pace(LIMIT, WINDOW), hungUp), said, metrics);
                HangUps other = Announcers.hangUps(database, new Paced(pace(LIMIT, WINDOW), hungUp), said, metrics)) {

            Until.holds(() -> {
                one.pass();
                other.pass();
                tidy.pass();
            }, () -> hungUp.size() == CALLS);
        }

        assertTrue(mostIn(WINDOW, List.copyOf(hungUp.values())) <= LIMIT);
        metrics.close();
    }

    private record Paced(Pace pace, Map<String, Long> hungUp) implements Sessions {
        @Override
        public SessionAnswer check(Account account, String session, long deadlineNanos) {
            return SessionAnswer.NOT_ASKED;
        }

        @Override
        public Turns turns(Account account, int most) {
            return pace.take(line(account), most);
        }

        @Override
        public Turns turnInLine(Account account, Duration patience) {
            return Turns.NONE;
        }

        @Override
        public void late(Account account, Turns turns) {
            pace.late(line(account), turns);
        }

        private static String line(Account account) {
            return account.domain() + account.id();
        }

        @Override
        public HangUp hangUp(Account account, String session, long deadlineNanos) {
            hungUp.put(session, System.nanoTime());
            return new HangUp.Done(204);
        }
    }
}
