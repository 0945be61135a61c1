package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@Timeout(20)
@ExtendWith(TestPostgres.class)
final class DatabaseTest {

    private static Database small(EmbeddedPostgres server) {
        return small(server.getJdbcUrl("postgres", "postgres"));
    }

    private static Database small(String url) {
        return new Database(new Database.Settings(
                url,
                "postgres",
                new Secret("postgres"),
                "small",
                1,
                Duration.ofMillis(300),
                Duration.ofSeconds(1)));
    }

    @Test
    void leavesNothingOfATransactionThatThrows(Database database) {
        // given
        String name = "rolled back " + System.nanoTime();

        // when
        assertThrows(
                IllegalStateException.class,
                () -> database.inTransaction(connection -> {
                    Organizations.create(connection, name, 10);
                    throw new IllegalStateException("on purpose");
                }));

        // then
        assertEquals(0, (int) database.withConnection(connection -> Sql.only(
                connection, "select count(*)::int from organizations where name = ?", row -> row.getInt(1), name)));
    }

    @Test
    void givesAConnectionBackAsItWas(EmbeddedPostgres server) {
        // given
        try (Database database = small(server)) {
            database.inTransaction(connection -> true);

            // when
            boolean autoCommit = database.withConnection(java.sql.Connection::getAutoCommit);

            // then
            assertTrue(autoCommit);
        }
    }

    @Test
    void waitsForAConnectionNoLongerThanItMay(EmbeddedPostgres server) throws Exception {
        // given
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        try (Database database = small(server)) {
            Thread holder = Thread.ofVirtual().start(() -> database.withConnection(connection -> {
                taken.countDown();
                await(done);
                return true;
            }));
            taken.await();

            // when
            DatabaseException failure =
                    assertThrows(DatabaseException.class, () -> database.withConnection(connection -> true));

            // then
            assertTrue(failure.isTransient());
            assertFalse(database.isReachable());
            done.countDown();
            holder.join();
            assertTrue(database.isReachable());
        }
    }

    @Test
    void breaksAStatementThatTakesTooLong(EmbeddedPostgres server) {
        // given
        try (Database database = small(server)) {
            // when
            DatabaseException failure = assertThrows(
                    DatabaseException.class,
                    () -> database.withConnection(
                            connection -> Sql.query(connection, "select pg_sleep(15)", row -> true)));

            // then
            assertTrue(failure.isTransient());
            assertTrue(database.isReachable());
        }
    }

    @Test
    void doesNotQuoteARowInAnError(Database database) {
        // given
        SampleTenant tenant = SampleTenant.create(database);

        // when
        DatabaseException failure = assertThrows(
                DatabaseException.class,
                () -> database.withConnection(connection -> Sql.update(
                        connection,
                        "insert into agents (uuid, organization_id, owner_user_id, name) values (?, ?, ?, 'again')",
                        tenant.agentUuid(),
                        tenant.organizationId(),
                        tenant.userId())));

        // then
        assertTrue(failure.isDuplicate());
        assertFalse(failure.isTransient());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertFalse(cause.toString().contains(tenant.agentUuid().toString()), cause.toString());
        }
    }

    @Test
    void stopsWaitingForTheDatabaseWhenItIsClosed() throws Exception {
        // given
        Throwable[] outcome = new Throwable[1];
        Thread waiting;
        try (Database nowhere = new Database(
                Database.Settings.of("jdbc:postgresql://127.0.0.1:1/none", "nobody", new Secret("")))) {
            waiting = Thread.ofVirtual().start(() -> outcome[0] = assertThrows(
                    Database.UnavailableException.class, () -> nowhere.migrate(Duration.ofMinutes(5))));

            // when
            // the database is closed by the end of this block
        }
        boolean ended = waiting.join(Duration.ofSeconds(10));

        // then
        assertTrue(ended);
        assertTrue(outcome[0] instanceof Database.UnavailableException);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFrozenTransactionDoesNotHoldItsLocksForEver(Database database, EmbeddedPostgres server) throws Exception {
        // given a transaction that holds a lock and does nothing
        long organization = database.withConnection(c -> Organizations.create(c, "frozen", 10).id());
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch thaw = new CountDownLatch(1);
        try (Database frozen = small(TestPostgres.jdbcUrl(server, database))) {
            Thread holder = Thread.ofVirtual().start(() -> {
                try {
                    frozen.inTransaction(connection -> {
                        RunningRuns.lockLimit(connection, organization);
                        locked.countDown();
                        try {
                            thaw.await();
                        } catch (InterruptedException stopped) {
                            Thread.currentThread().interrupt();
                        }
                        return true;
                    });
                } catch (DatabaseException ended) {
                    locked.countDown();
                }
            });
            locked.await();

            // when another needs the lock
            int limit = database.inTransaction(connection -> RunningRuns.lockLimit(connection, organization));

            // then it gets it, though the first has not moved
            assertEquals(10, limit);
            assertTrue(holder.isAlive());
            thaw.countDown();
            holder.join();
        }
    }

    @Test
    void whatCannotBeReachedIsNamedWithoutItsPassword() {
        // given
        String address = "jdbc:postgresql://127.0.0.1:1/none?user=me&password=hush-hush&connectTimeout=2";
        try (Database nowhere = new Database(Database.Settings.of(address, "nobody", new Secret("another-secret")))) {

            // when
            Exception failure =
                    assertThrows(Database.UnavailableException.class, () -> nowhere.migrate(Duration.ZERO));

            // then
            assertFalse(Causes.of(failure).contains("hush"), Causes.of(failure));
        }
    }

    @Test
    void everyPasswordIsTakenOutOfTheAddressAndHandedOver() {
        JdbcUrl url = JdbcUrl.parse("jdbc:postgresql://host/db?sslPassword=hush&ssl=true&password=hush");

        assertEquals("jdbc:postgresql://host/db?ssl=true", url.address());
        assertEquals(Map.of("sslPassword", new Secret("hush")), url.secrets());
    }

    @Test
    void anAddressOfSomethingElseIsRefusedWithoutBeingQuoted() {
        for (String address : List.of(
                "jdbc:mysql://host/db?password=hush-hush", "jdbc:postgresql:/bad?password=hush-hush",
                "jdbc:postgresql://me:hush-hush@host:port/db")) {
            IllegalArgumentException failure = assertThrows(
                    IllegalArgumentException.class,
                    () -> new Database(Database.Settings.of(address, "nobody", new Secret("x"))).close());

            assertFalse(Causes.of(failure).contains("hush"), Causes.of(failure));
        }
    }
}
