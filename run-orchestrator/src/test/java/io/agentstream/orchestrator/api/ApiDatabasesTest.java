package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.timeline.ToldCall;
import io.agentstream.orchestrator.replay.CallLogs;
import io.agentstream.orchestrator.replay.LogReaders;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.RunPlaces.Located;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Topics;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// One tenant's long readings on a slow database are nobody else's wait.
@ExtendWith(TestPostgres.class)
final class ApiDatabasesTest {

    private static final int AS_BY_DEFAULT = 3;

    /// Far less than anybody waits for a connection.
    private static final long SOON_MS = 3_000;

    private final CountDownLatch opened = new CountDownLatch(LogReaders.OF_ONE);
    private final CountDownLatch mayRead = new CountDownLatch(1);
    private final Database database;
    private final EmbeddedPostgres server;

    ApiDatabasesTest(Database database, EmbeddedPostgres server) {
        this.database = database;
        this.server = server;
    }

    /// Runs of which the topics have forgotten the beginning, so that the database is read for them.
    private final class Forgotten implements CallLogs {
        private final ToldCall call = new ToldCall();

        Forgotten() {
            call.begin();
            call.log.deleted(Topics.CALL_LIFECYCLE);
        }

        @Override
        public CallSource of(Located run) {
            return topic -> {
                opened.countDown();
                try {
                    mayRead.await();
                } catch (InterruptedException over) {
                    throw new IOException(over);
                }
                return call.log.open(topic);
            };
        }

        @Override
        public Optional<CallSecrets> secrets(Located run) {
            return Optional.empty();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(TestPostgres.jdbcUrl(server, database), "postgres", "postgres");
    }

    private static void awaitBlocked(Connection watching, int statements) throws SQLException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String blocked = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while (Sql.only(watching, blocked, row -> row.getInt(1)) < statements) {
            assertTrue(System.nanoTime() < deadlineNs, "not " + statements + " statements wait for the lock");
        }
    }

    private static CompletableFuture<Integer> ask(RunningApi api, String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return api.get(path).status();
            } catch (IOException | InterruptedException failure) {
                throw new IllegalStateException(failure);
            }
        }, Thread::startVirtualThread);
    }

    @Test
    void twoReadingsThatWaitForTheDatabaseAndARequestLeaveOthersTheirKeysAndRequests() throws Exception {
        SampleTenant tenant = SampleTenant.create(database);
        SampleTenant other = SampleTenant.create(database);
        Database.Settings settings = new Database.Settings(
                TestPostgres.jdbcUrl(server, database), "postgres", new Secret("postgres"), "api-databases", AS_BY_DEFAULT,
                Duration.ofSeconds(5), Duration.ofSeconds(60));
        try (ApiDatabases databases = ApiDatabases.open(settings);
                RunningApi api = new RunningApi(
                        databases, tenant.apiKey(), ApiSettings.of("ws://127.0.0.1:8080/"), new Forgotten());
                Connection lock = connect();
                Connection watching = connect()) {
            // given a tenant of which two runs are read back
            List<CompletableFuture<Integer>> under = new ArrayList<>();
            long run = 0;
            for (int i = 0; i < LogReaders.OF_ONE; i++) {
                run = tenant.addRun(database, "completed", ToldCall.at(0));
                under.add(ask(api, "/api/v1/runs/" + run + "/timeline"));
            }
            assertTrue(opened.await(20, TimeUnit.SECONDS));
            // and a database that brings no events, neither for them nor for a request
            lock.setAutoCommit(false);
            Sql.update(lock, "lock table run_events in access exclusive mode");
            mayRead.countDown();
            under.add(ask(api, "/api/v1/runs/" + run + "/events"));
            awaitBlocked(watching, under.size());

            // when
            long beganNs = System.nanoTime();
            int status = api.sendAs(other.apiKey(), "GET", "/api/v1/agents", null).status();
            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);

            // then
            assertEquals(200, status);
            assertTrue(tookMs < SOON_MS, "another tenant waited for " + tookMs + " ms");
            lock.rollback();
            for (CompletableFuture<Integer> each : under) {
                assertEquals(200, each.get(20, TimeUnit.SECONDS));
            }
        }
    }
}
