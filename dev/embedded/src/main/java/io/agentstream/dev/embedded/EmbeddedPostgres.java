package io.agentstream.dev.embedded;

import io.agentstream.runtime.Sentences;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL server of its own, as a process beside this one, with one database and one user who owns it.
///
/// Its data survives restarts. Its programs are unpacked into the directory once; the user's password is made for the
/// directory. It listens on 127.0.0.1 only and works when this process is root, too. It is in a session of its own, so that a
/// Ctrl-C meant for us does not reach it before we close it. When this process is killed it stays behind; the next start on
/// the same directory stops it first. Any thread may call it; the directory is locked while it runs.
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final String DATABASE = "agent_stream";
    private static final String USE = "PostgreSQL data";
    private static final int FREE_PORT_TRIES = 5;

    /// `pg_ctl` starts the server by a shell, with names in double quotes.
    private static final String SHELL_CHARACTERS = "\"$`\\\n";

    private final DirectoryLock lock;
    private final PostgresServer server;
    private final int port;
    private final String password;
    private boolean closed;
    private volatile boolean closing;

    private EmbeddedPostgres(DirectoryLock lock, PostgresServer server, int port, String password) {
        this.lock = lock;
        this.server = server;
        this.port = port;
        this.password = password;
    }

    /// Starts a server on the database in `directory`, made where it is not there yet, for clients at `127.0.0.1:port`; 0 is
    /// any free port. Blocks until it answers.
    ///
    /// @throws StartFailedException where the directory is in use or broken, the port is taken, or this machine has no
    ///     PostgreSQL
    public static EmbeddedPostgres start(Path directory, int port) {
        return start(directory, port, reason -> {});
    }

    /// @param onDeath told, once, when the server's process ends and was not closed
    public static EmbeddedPostgres start(Path directory, int port, Consumer<String> onDeath) {
        DirectoryLock lock = DirectoryLock.take(directory, USE);
        try {
            // Its real name: a server that was left behind knows no other.
            Path absolute = directory.toRealPath();
            Names.refuse(absolute, SHELL_CHARACTERS);
            PostgresServer.clearLeftover(absolute);
            PostgresCredentials credentials = PostgresCredentials.in(absolute.resolve("credentials.properties"));
            Path binaries = PostgresBinaries.in(absolute.resolve("binaries"));
            PostgresServer server = PostgresServer.in(absolute, binaries, credentials.superuserPassword());
            int bound = start(server, port);
            EmbeddedPostgres postgres = new EmbeddedPostgres(lock, server, bound, credentials.userPassword());
            try {
                postgres.createDatabase(absolute.resolve("database-created"), credentials);
            } catch (SQLException | IOException failure) {
                postgres.close();
                throw failure;
            }
            postgres.watch(onDeath);
            return postgres;
        } catch (StartFailedException failure) {
            lock.close();
            throw failure;
        } catch (IOException | SQLException | RuntimeException failure) {
            lock.close();
            throw new StartFailedException(
                    "The embedded PostgreSQL did not start in " + directory + ": " + Sentences.of(failure),
                    failure);
        }
    }

    /// Deletes the database in `directory`, after a server that a killed process left there was stopped. Nothing where there
    /// is none.
    ///
    /// @throws StartFailedException where the directory is in use, or a server may still be running
    public static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryLock _ = DirectoryLock.take(directory, USE)) {
            PostgresServer.clearLeftover(directory.toRealPath());
            DirectoryTree.clear(directory);
        }
    }

    private void watch(Consumer<String> onDeath) {
        ProcessHandle.of(server.pid()).ifPresent(process -> process.onExit().thenRun(() -> {
            if (!closing) {
                onDeath.accept("the embedded PostgreSQL has ended");
            }
        }));
    }

    private static int start(PostgresServer server, int port) throws IOException {
        String reason = "";
        for (int attempt = 0; attempt < (port == 0 ? FREE_PORT_TRIES : 1); attempt++) {
            int chosen = port == 0 ? freePort() : port;
            Optional<String> failure = server.start(chosen);
            if (failure.isEmpty()) {
                return chosen;
            }
            reason = failure.get();
            if (!reason.contains("in use")) {
                break;
            }
        }
        throw new StartFailedException(
                "The embedded PostgreSQL did not start" + (port == 0 ? "" : " on port " + port) + ":\n" + reason);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void createDatabase(Path done, PostgresCredentials credentials) throws SQLException, IOException {
        if (Files.exists(done)) {
            return;
        }
        try (Connection connection = DriverManager.getConnection(
                        url(PostgresServer.SUPERUSER), PostgresServer.SUPERUSER, credentials.superuserPassword());
                Statement statement = connection.createStatement()) {
            if (!exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = ?")) {
                // The password is of the URL-safe base64 alphabet: it needs no escape.
                statement.execute("CREATE ROLE " + DATABASE + " LOGIN PASSWORD '" + password + "'");
            }
            if (!exists(connection, "SELECT 1 FROM pg_database WHERE datname = ?")) {
                statement.execute("CREATE DATABASE " + DATABASE + " OWNER " + DATABASE);
            }
        }
        Files.createFile(done);
    }

    private static boolean exists(Connection connection, String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, DATABASE);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /// Where clients connect. Holds no password.
    public String jdbcUrl() {
        return url(DATABASE);
    }

    /// The user that owns the database; it is no superuser.
    public String user() {
        return DATABASE;
    }

    /// The user's password.
    public String password() {
        return password;
    }

    /// The port that is really open.
    public int port() {
        return port;
    }

    /// The number of the server's process, which is no child of this one.
    public long pid() {
        return server.pid();
    }

    /// Stops the server, clients or not, within 40 s, and frees the directory. Again: nothing.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        closing = true;
        try (lock) {
            server.stop();
        } catch (IOException failure) {
            LOG.error("The embedded PostgreSQL may still be running", failure);
        }
    }
}
