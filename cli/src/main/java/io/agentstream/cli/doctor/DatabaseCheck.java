package io.agentstream.cli.doctor;

import io.agentstream.orchestrator.api.ApiDatabases;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.DatabaseException;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.runtime.Config;
import io.agentstream.runtime.Keys;
import io.agentstream.runtime.Sentences;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// PostgreSQL: is it there, of a version that we know, the one that may be written to, migrated; does it keep our time-outs; is its clock
/// right; does it take as many connections as an orchestrator makes; do its sessions stay ours.
record DatabaseCheck(Config config, @Nullable Path data) implements Check {

    private static final int OLDEST_VERSION = 14;
    private static final int OURS_BESIDE_POOLS = 4 + ApiDatabases.BESIDE;
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /// With one, a pooler has no reason to give it another session.
    private static final int CONNECTIONS = 2;

    @Override
    public String about() {
        return "postgresql";
    }

    @Override
    public List<Finding> look() throws Exception {
        if (config.find(Keys.DATABASE_URL).isEmpty()) {
            return List.of(Finding.wrong(
                    about(), Keys.DATABASE_URL.variable() + " is not set", "set it to jdbc:postgresql://host/database"));
        }
        try (Database database = new Database(new Database.Settings(
                config.get(Keys.DATABASE_URL).toString(), config.get(Keys.DATABASE_USER), config.get(Keys.DATABASE_PASSWORD), "doctor",
                CONNECTIONS, PATIENCE, PATIENCE))) {
            return database.withConnection(connection -> {
                List<Finding> findings = new ArrayList<>();
                findings.add(version(connection));
                findings.add(sessions(database, connection));
                findings.add(migrations(database));
                findings.add(timeouts(connection));
                findings.add(connections(connection));
                findings.add(clock(connection));
                return findings;
            });
        } catch (DatabaseException failure) {
            return List.of(away(failure));
        }
    }

    private Finding away(DatabaseException failure) {
        String words = Sentences.of(failure);
        if (words.contains("password") || words.contains("authentication") || words.contains("pg_hba")) {
            return Finding.wrong(
                    about(), "refuses us (" + words + ")",
                    "correct " + Keys.DATABASE_USER.variable() + " and " + Keys.DATABASE_PASSWORD.variable() + ", and pg_hba.conf");
        }
        if (words.contains("unsupported startup parameter")) {
            return Finding.wrong(
                    "pooler", "what stands in front of PostgreSQL refuses us (" + words + ")",
                    "have it pass over that parameter (PgBouncer: ignore_startup_parameters), and give sessions (pool_mode = session)");
        }
        if (words.contains("does not exist")) {
            return Finding.wrong(about(), "answers, but " + words, "create the database, or correct " + Keys.DATABASE_URL.variable());
        }
        return Finding.wrong(
                about(), "does not answer (" + words + ")",
                data != null ? Finding.start(data) : "start it, or correct " + Keys.DATABASE_URL.variable());
    }

    private Finding version(Connection connection) throws SQLException {
        int number = Sql.only(connection, "select current_setting('server_version_num')::integer", row -> row.getInt(1));
        boolean replica = Sql.only(connection, "select pg_is_in_recovery()", row -> row.getBoolean(1));
        if (replica) {
            return Finding.wrong(about(), "is a replica, which takes no changes", "point " + Keys.DATABASE_URL.variable() + " to the primary");
        }
        boolean readOnly = Sql.only(connection, "show default_transaction_read_only", row -> row.getString(1).equals("on"));
        if (readOnly) {
            return Finding.wrong(
                    about(), "takes no changes from us (default_transaction_read_only is on)",
                    "switch that off for this database and user, or point " + Keys.DATABASE_URL.variable() + " to the primary");
        }
        int major = number / 10_000;
        return major < OLDEST_VERSION
                ? Finding.wrong(about(), "is of version " + major, "upgrade it to " + OLDEST_VERSION + " or newer")
                : Finding.ok(about(), "answers; version " + major);
    }

    /// Whether a connection keeps its session while another one is in a transaction. A pooler that hands out sessions by the transaction gives
    /// that one the session which became free last, ours, and us another.
    private static Finding sessions(Database database, Connection connection) {
        return database.inTransaction(other -> {
            int ours = session(connection); // it is free again behind this
            boolean kept = session(other) != ours && session(connection) == ours;
            return kept
                    ? Finding.ok("pooler", "each connection has a session of its own")
                    : Finding.wrong(
                            "pooler",
                            "what stands in front of PostgreSQL gives each transaction another session, as PgBouncer does with pool_mode = transaction:"
                                    + " time-outs, advisory locks and prepared statements are lost, and two orchestrators may migrate at once",
                            "set pool_mode = session for this database and user, or write PostgreSQL's own address in " + Keys.DATABASE_URL.variable());
        });
    }

    private static int session(Connection connection) throws SQLException {
        return Sql.only(connection, "select pg_backend_pid()", row -> row.getInt(1));
    }

    private static Finding migrations(Database database) {
        OptionalInt pending = database.pendingMigrations();
        if (pending.isEmpty()) {
            return Finding.wrong(
                    "migrations", "the schema is of a newer version, or was changed by hand",
                    "run this command of the version that the orchestrators have");
        }
        return pending.getAsInt() == 0
                ? Finding.ok("migrations", "the schema is up to date")
                : Finding.wrong(
                        "migrations", pending.getAsInt() + " migrations are not applied",
                        "start an orchestrator of this version, which applies them");
    }

    /// A pooler that hands out another session for each transaction forgets them.
    private static Finding timeouts(Connection connection) throws SQLException {
        String statement = Sql.only(connection, "show statement_timeout", row -> row.getString(1));
        String idle = Sql.only(connection, "show idle_in_transaction_session_timeout", row -> row.getString(1));
        return statement.equals("0") || idle.equals("0")
                ? Finding.wrong(
                        "time-outs", "the session's time-outs are not kept",
                        "connect to PostgreSQL itself, or to a pooler in session mode: in transaction mode settings are lost")
                : Finding.ok("time-outs", "are kept by the session");
    }

    /// How many PostgreSQL takes of us, and what would have to be raised.
    private record Most(int connections, String by) {}

    private Finding connections(Connection connection) throws SQLException {
        Most most = most(connection);
        int ours = config.get(Keys.DATABASE_POOL) + config.get(Keys.API_DATABASE_POOL) + OURS_BESIDE_POOLS;
        return ours > most.connections()
                ? Finding.wrong(
                        "connections", "PostgreSQL takes " + most.connections() + ", and one orchestrator makes up to " + ours,
                        "raise " + most.by() + ", or lower " + Keys.DATABASE_POOL.variable())
                : Finding.ok("connections", "PostgreSQL takes " + most.connections() + ": room for " + most.connections() / ours + " orchestrators");
    }

    /// The server has a limit, and database and user may have one of their own, which hold for everybody but superusers.
    private static Most most(Connection connection) throws SQLException {
        return Sql.query(
                        connection,
                        """
                        select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
                                   - coalesce(current_setting('reserved_connections', true)::integer, 0) as most,
                               'max_connections' as by
                        union all
                        select d.datconnlimit, 'the connection limit of the database (alter database ... connection limit)'
                          from pg_database d, pg_roles r
                         where d.datname = current_database() and d.datconnlimit >= 0 and r.rolname = current_user and not r.rolsuper
                        union all
                        select r.rolconnlimit, 'the connection limit of ' || '%s' || ' (alter role ... connection limit)'
                          from pg_roles r where r.rolname = current_user and r.rolconnlimit >= 0 and not r.rolsuper
                        """.formatted(Keys.DATABASE_USER.variable()),
                        row -> new Most(row.getInt("most"), row.getString("by")))
                .stream()
                .min(Comparator.comparingInt(Most::connections))
                .orElseThrow();
    }

    private static Finding clock(Connection connection) throws SQLException {
        Instant before = Instant.now();
        Instant theirs = Sql.only(connection, "select clock_timestamp() as at", row -> Sql.instant(row, "at"));
        return Clocks.compare("the database's clock", theirs, before, Instant.now(), Duration.ZERO);
    }
}
