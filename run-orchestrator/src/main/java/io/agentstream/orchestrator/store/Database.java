package io.agentstream.orchestrator.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agentstream.runtime.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns the connection pool. Any thread, platform or virtual; a caller waits at most the connection timeout for a
/// connection, and no statement runs longer than the statement timeout. Failures are [DatabaseException].
public final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final long RETRY_MS = 500;

    /// A transaction that does nothing for so long is ended by the server: whoever began it is frozen or cut off, and the locks
    /// that it holds are somebody's calls.
    private static final Duration LEAST_IDLE = Duration.ofSeconds(2);

    /// In which a migration is that this version knows and that was applied.
    private static final Set<MigrationState> OURS = Set.of(MigrationState.SUCCESS, MigrationState.OUT_OF_ORDER);

    /// In which a migration of this version is that was broken off. A row of that stays only of one that is made outside of a transaction, and each of
    /// those can be made once more, whatever of it there is already.
    private static final MigrationState BROKEN_OFF = MigrationState.FAILED;

    private static final Duration MIGRATION_WAITS = Duration.ofSeconds(2);

    private final Settings settings;
    private final JdbcUrl url;
    private final HikariDataSource pool;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// Where the database is, and how much of it we take. `poolSize` 1 to 200; a `statementTimeout` is at least a
    /// second.
    public record Settings(
            String jdbcUrl,
            String user,
            Secret password,
            String poolName,
            int poolSize,
            Duration connectionTimeout,
            Duration statementTimeout) {

        public Settings {
            if (poolSize < 1 || poolSize > 200) {
                throw new IllegalArgumentException("poolSize must be 1 to 200: " + poolSize);
            }
            if (statementTimeout.toSeconds() < 1) {
                throw new IllegalArgumentException("statementTimeout must be at least 1 s: " + statementTimeout);
            }
        }

        public static Settings of(String jdbcUrl, String user, Secret password) {
            return new Settings(
                    jdbcUrl, user, password, "orchestrator", 16, Duration.ofSeconds(5), Duration.ofSeconds(10));
        }

        /// Without the URL, which may hold a password.
        @Override
        public String toString() {
            return "Settings[" + poolName + ", " + poolSize + " connections]";
        }
    }

    /// Work on one connection.
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /// The database answers, and its schema cannot be brought up to date: waiting changes nothing.
    public static final class BrokenSchemaException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenSchemaException(FlywayException cause) {
            super("the database's schema cannot be brought up to date: " + cause.getMessage(), cause);
        }
    }

    /// The database did not answer, or refused us, until the deadline.
    public static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// Opens the pool; does not wait for the database.
    ///
    /// @throws IllegalArgumentException where the address is none of PostgreSQL's; does not quote it
    public Database(Settings settings) {
        this.settings = settings;
        this.url = JdbcUrl.parse(settings.jdbcUrl());
        HikariConfig config = new HikariConfig();
        config.setPoolName(settings.poolName());
        config.setJdbcUrl(url.address());
        config.setUsername(user());
        config.setPassword(password().reveal());
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(Math.min(2, settings.poolSize()));
        config.setConnectionTimeout(settings.connectionTimeout().toMillis());
        config.setValidationTimeout(Math.min(2_000, settings.connectionTimeout().toMillis()));
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql(timeouts(settings.statementTimeout()) + NO_COMPILING);
        config.addDataSourceProperty("ApplicationName", settings.poolName());
        config.addDataSourceProperty("connectTimeout", "5");
        config.addDataSourceProperty("socketTimeout", Long.toString(settings.statementTimeout().toSeconds() + 5));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        url.secrets().forEach((name, secret) -> config.addDataSourceProperty(name, secret.reveal()));
        // Otherwise an error's text quotes the row's values.
        config.addDataSourceProperty("logServerErrorDetail", "false");
        this.pool = new HikariDataSource(config);
    }

    /// A server that has a compiler of statements takes a tenth of a second and more for it, each time, where one seems dear; and those of
    /// lists seem so, whose sorts are made dear on purpose.
    private static final String NO_COMPILING = "; set jit = off";

    /// Who waits for a lock waits for less long than a statement may take, and who holds one and does nothing is ended.
    private static String timeouts(Duration statement) {
        Duration half = statement.dividedBy(2);
        Duration idle = half.compareTo(LEAST_IDLE) < 0 ? LEAST_IDLE : half;
        return "set statement_timeout = " + statement.toMillis()
                + "; set lock_timeout = " + half.toMillis()
                + "; set idle_in_transaction_session_timeout = " + idle.toMillis();
    }

    private String user() {
        return url.user() == null ? settings.user() : url.user();
    }

    private Secret password() {
        return url.password() == null ? settings.password() : url.password();
    }

    /// Brings the schema up to date; several processes may do so at once. While the database is not there, tries again
    /// until `patience` is over or [#close] is called; one that refuses us fails at once.
    ///
    /// @throws BrokenSchemaException where the database is there and a migration fails, or was changed after it was applied
    public void migrate(Duration patience) throws UnavailableException, InterruptedException {
        onceThere(patience, () -> {
            bringUpToDate();
            return true;
        });
    }

    /// How the tables that are there stand to this version.
    public enum Schema {
        /// There are none.
        EMPTY,
        /// Migrations are still to be applied.
        OLDER,
        OURS,
        /// A newer version has made them, or somebody has changed them by hand.
        FOREIGN
    }

    /// How the schema stands; changes nothing. Waits for the database as [#migrate] does.
    public Schema schema(Duration patience) throws UnavailableException, InterruptedException {
        return onceThere(patience, () -> {
            if (flyway().info().applied().length == 0) {
                return Schema.EMPTY;
            }
            OptionalInt pending = pendingMigrations();
            return pending.isEmpty() ? Schema.FOREIGN : pending.getAsInt() > 0 ? Schema.OLDER : Schema.OURS;
        });
    }

    /// What is done with a database that is there.
    @FunctionalInterface
    private interface Visit<T> {
        T make() throws SQLException;
    }

    private <T> T onceThere(Duration patience, Visit<T> work) throws UnavailableException, InterruptedException {
        long start = System.nanoTime();
        String said = "";
        while (true) {
            try {
                connect().close();
                return work.make();
            } catch (SQLException | FlywayException failure) {
                if (failure instanceof FlywayException broken && !DatabaseException.isTransient(broken)) {
                    throw new BrokenSchemaException(broken);
                }
                boolean retry = DatabaseException.isTransient(failure)
                        && System.nanoTime() - start < patience.toNanos();
                if (!retry || closed.await(RETRY_MS, TimeUnit.MILLISECONDS)) {
                    throw new UnavailableException("the database cannot be used: " + failure.getMessage(), failure);
                }
                String why = String.valueOf(failure.getMessage());
                if (!why.equals(said)) {
                    log.info("waiting for the database: {}", why);
                    said = why;
                }
            }
        }
    }

    /// Runs `work` in one transaction (read committed): committed when it returns, rolled back when it throws.
    public <T> T inTransaction(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException | Error failure) {
                rollback(connection, failure);
                throw failure;
            }
        } catch (SQLException failure) {
            throw new DatabaseException(failure);
        }
    }

    /// Runs `work` with every statement its own transaction.
    public <T> T withConnection(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            return work.run(connection);
        } catch (SQLException failure) {
            throw new DatabaseException(failure);
        }
    }

    /// The most connections there are at a time.
    public int poolSize() {
        return settings.poolSize();
    }

    /// Whether the database answers now. Takes at most the connection timeout.
    public boolean isReachable() {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid(2);
        } catch (SQLException notThere) {
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        pool.close();
    }

    /// How many migrations are still to be applied; nothing where the schema is of a newer version, or was changed. Changes nothing.
    public OptionalInt pendingMigrations() {
        MigrationInfoService migrations = flyway().info();
        int brokenOff = brokenOff(migrations).length;
        boolean foreign = Arrays.stream(migrations.applied())
                .anyMatch(info -> !OURS.contains(info.getState()) && info.getState() != BROKEN_OFF);
        int toDo = migrations.pending().length + brokenOff;
        boolean changed = toDo == 0 && !flyway().validateWithResult().validationSuccessful;
        return foreign || changed ? OptionalInt.empty() : OptionalInt.of(toDo);
    }

    /// Who waits for a lock on a table keeps everybody waiting who comes after: a migration gives up soon, and is tried again.
    private void bringUpToDate() throws SQLException {
        Flyway flyway = flyway();
        String[] brokenOff = brokenOff(flyway.info());
        if (brokenOff.length > 0) {
            forget(brokenOff);
        }
        flyway.migrate();
    }

    private static String[] brokenOff(MigrationInfoService migrations) {
        return Arrays.stream(migrations.applied())
                .filter(info -> info.getState() == BROKEN_OFF)
                .map(MigrationInfo::getVersion)
                .map(String::valueOf)
                .toArray(String[]::new);
    }

    /// That they were broken off, or nobody could go on with them. One statement, which needs no lock: what somebody else has made meanwhile it does
    /// not touch, and what is broken off meanwhile is made once more by whoever comes next. Flyway's own repair would also make right what somebody
    /// has changed.
    private void forget(String[] brokenOff) throws SQLException {
        log.atWarn().addKeyValue("migrations", String.join(", ", brokenOff)).log("migrations that were broken off are made once more");
        try (Connection connection = connect()) {
            Sql.update(connection, "delete from flyway_schema_history where not success and version = any(?::text[])", (Object) brokenOff);
        }
    }

    private Flyway flyway() {
        Map<String, String> secrets = new HashMap<>();
        url.secrets().forEach((name, secret) -> secrets.put(name, secret.reveal()));
        return Flyway.configure()
                .jdbcProperties(secrets)
                .dataSource(url.address(), user(), password().reveal())
                .initSql("set lock_timeout = " + MIGRATION_WAITS.toMillis())
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .cleanDisabled(true)
                // Its lock is the session's, and no transaction: `create index concurrently` waits for every transaction to end.
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .load();
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user());
        properties.setProperty("password", password().reveal());
        url.secrets().forEach((name, secret) -> properties.setProperty(name, secret.reveal()));
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "10");
        return DriverManager.getConnection(url.address(), properties);
    }

    private static void rollback(Connection connection, Throwable failure) {
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }
}
