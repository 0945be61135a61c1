package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.api.EventReader.Told;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/// Many write at once, commit in whatever order, and take back some of it; a follower goes from one orchestrator to the other all the
/// while. He is told everything once.
@ExtendWith(TestPostgres.class)
final class EventsChaosTest {
    private static final int WRITERS = 6;
    private static final int EACH = 60;
    private static final long LIMIT_NS = Duration.ofSeconds(60).toNanos();

    @Test
    void nothingIsMissedAndNothingComesTwice(Database database, EmbeddedPostgres server) throws Exception {
        // given
        long seed = System.nanoTime();
        String url = TestPostgres.jdbcUrl(server, database);
        LoggerFactory.getLogger(EventsChaosTest.class).info("seed {}", seed);
        SampleTenant tenant = SampleTenant.create(database);
        long run = tenant.addRun(database, "running", Instant.parse("2026-01-01T00:00:00Z"));
        List<RunningApi> orchestrators = List.of(
                new RunningApi(database, tenant.apiKey(), Duration.ofSeconds(5)), new RunningApi(database, tenant.apiKey(), Duration.ofSeconds(5)));
        List<Long> told = new ArrayList<>();
        Random random = new Random(seed);
        int connections = 0;

        // when
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            EventReader reader = new EventReader(orchestrators.getFirst(), tenant.apiKey(), "/api/v1/events", null).begun();
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                long own = seed + i;
                writers.add(threads.submit(() -> write(url, run, new Random(own))));
            }
            threads.submit(() -> {
                for (Future<?> writer : writers) {
                    writer.get();
                }
                say(database, run, "last");
                return null;
            });
            long deadlineNs = System.nanoTime() + LIMIT_NS;
            boolean isOver = false;
            while (!isOver && System.nanoTime() < deadlineNs) {
                int more = 1 + random.nextInt(20);
                String lastId = reader.lastId();
                for (int i = 0; i < more && !isOver; i++) {
                    Told next = reader.next();
                    if (next.type().equals("last")) {
                        isOver = told.size() >= committed(database, run);
                        if (!isOver) {
                            say(database, run, "last");
                        }
                    } else {
                        told.add(next.data().path("position").longValue());
                    }
                    lastId = next.id();
                }
                reader.close();
                reader = new EventReader(orchestrators.get(++connections % 2), tenant.apiKey(), "/api/v1/events", lastId);
            }
            reader.close();
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            orchestrators.forEach(RunningApi::close);
        }

        // then
        List<Long> rows = database.withConnection(connection -> Sql.query(
                connection, "select position from run_events where run_id = ? and type = 'said'", row -> row.getLong(1), run));
        TreeSet<Long> written = new TreeSet<>(rows);
        assertEquals(written, new TreeSet<>(told));
        assertEquals(written.size(), told.size(), "some came twice");
        assertTrue(connections > 10, connections + " connections");
    }

    private static int committed(Database database, long run) {
        return database.withConnection(connection -> Sql.only(
                connection, "select count(*) from run_events where run_id = ? and type = 'said'", row -> row.getInt(1), run));
    }

    private static void say(Database database, long run, String type) {
        database.withConnection(connection -> Sql.update(connection, insert(type), run));
    }

    private static String insert(String type) {
        return "insert into run_events (run_id, at, type, payload) values (?, now(), '" + type + "', '{}')";
    }

    /// Transactions of one to three events, of which some are slow, and some are taken back.
    private static Void write(String url, long run, Random random) throws Exception {
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < EACH; i++) {
                for (int n = random.nextInt(3); n >= 0; n--) {
                    Sql.update(connection, insert("said"), run);
                }
                Sql.only(connection, "select pg_sleep(?) is null", row -> true, random.nextDouble() * (random.nextInt(10) == 0 ? 0.6 : 0.04));
                if (random.nextInt(5) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
            }
        }
        return null;
    }
}
