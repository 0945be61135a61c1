package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class EmbeddedPostgresTest {

    /// Where a server has been before: to unpack and to initialise one for each test would be most of this class's time.
    @TempDir
    private static Path used;

    @TempDir
    private Path parent;

    private Path directory;

    @BeforeAll
    static void aFirstStartWorksFromNothing() {
        EmbeddedPostgres.start(used, 0).close();
    }

    @BeforeEach
    void copyWhatItLeft() throws IOException {
        directory = parent.resolve("postgres");
        try (Stream<Path> all = Files.walk(used)) {
            for (Path from : all.toList()) {
                Files.copy(from, directory.resolve(used.relativize(from)),
                        StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    @Test
    void keepsWhatWasWrittenAcrossARestart() throws SQLException {
        // given
        String password;
        try (EmbeddedPostgres first = EmbeddedPostgres.start(directory, 0)) {
            password = first.password();
            Table.create(first);
            Table.write(first, "kept");
        }

        // when
        try (EmbeddedPostgres second = EmbeddedPostgres.start(directory, 0)) {
            // then
            assertEquals(List.of("kept"), Table.read(second));
            assertEquals(password, second.password());
        }
    }

    @Test
    void givesTheServicesAUserWithAPasswordAndNoPowerOverTheServer() throws SQLException, IOException {
        // given
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, 0);
                Connection connection = Table.connect(postgres);
                // when
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            // then
            assertTrue(rows.next());
            assertFalse(rows.getBoolean(1));
            assertThrows(
                    SQLException.class,
                    () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "another").close());
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(directory.resolve("credentials.properties"))));
        }
    }

    @Test
    void takesOverFromAProcessThatWasKilled() throws Exception {
        // given
        String port;
        try (ChildJvm child = ChildJvm.run(KilledPostgres.class, directory.toString())) {
            port = child.await("ready ");
            child.kill();
        }

        // when
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, 0)) {
            // then
            assertEquals(List.of("before the kill"), Table.read(postgres));
            assertTrue(postgres.port() == Integer.parseInt(port) || isFree(Integer.parseInt(port)));
        }
    }

    @Test
    void leavesNothingBehindWhenItsProcessIsAskedToEnd() throws Exception {
        // given
        try (ChildJvm child = ChildJvm.run(KilledPostgres.class, directory.toString())) {
            int port = Integer.parseInt(child.await("ready "));

            // when
            int exitCode = child.terminate();

            // then
            assertEquals(143, exitCode);
            assertTrue(isFree(port));
            assertFalse(Files.exists(directory.resolve("data/postmaster.pid")));
        }
    }

    @Test
    void startsWhereALockFileNamesAProcessThatIsSomethingElse() throws Exception {
        // given
        Files.writeString(
                directory.resolve("data/postmaster.pid"), ProcessHandle.current().pid() + "\n" + directory + "\n");

        // when, then: it starts
        EmbeddedPostgres.start(directory, 0).close();
    }

    @Test
    void startsWhereAnEarlierFirstStartWasCutShort() throws Exception {
        // given
        DirectoryTree.delete(directory.resolve("data"));
        Files.delete(directory.resolve("database-created"));
        Files.createDirectories(directory.resolve("data.partial/base"));

        // when, then: it starts
        EmbeddedPostgres.start(directory, 0).close();
    }

    @Test
    void closesWithAClientThatIsStillThere() throws Exception {
        // given
        EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, 0);
        try (Connection connection = Table.connect(postgres)) {
            // when
            postgres.close();

            // then
            assertTrue(isFree(postgres.port()));
            assertFalse(connection.isValid(1));
        }
    }

    @Test
    void refusesADirectoryThatIsInUseWithASentence() {
        // given
        try (EmbeddedPostgres _ = EmbeddedPostgres.start(directory, 0)) {
            // when
            StartFailedException refusal =
                    assertThrows(StartFailedException.class, () -> EmbeddedPostgres.start(directory, 0));

            // then
            assertTrue(refusal.getMessage().contains("is in use by another running process"), refusal.getMessage());
        }
    }

    @Test
    void namesAPortThatIsTaken() throws IOException {
        // given
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // when
            StartFailedException refusal = assertThrows(
                    StartFailedException.class, () -> EmbeddedPostgres.start(directory, taken.getLocalPort()));

            // then
            assertTrue(refusal.getMessage().contains("port " + taken.getLocalPort()), refusal.getMessage());
        }
    }

    @Test
    void knowsThePlatformsByTheirArchives() {
        // given, when, then
        assertEquals("linux-x86_64", PostgresBinaries.platform("Linux", "amd64"));
        assertEquals("linux-arm_64", PostgresBinaries.platform("Linux", "aarch64"));
        assertEquals("darwin-arm_64", PostgresBinaries.platform("Mac OS X", "aarch64"));
        for (String platform : List.of("linux-x86_64", "linux-arm_64", "darwin-x86_64", "darwin-arm_64")) {
            assertTrue(
                    PostgresBinaries.class.getResource("/postgres-" + platform + ".txz") != null, platform);
        }
    }

    private static boolean isFree(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (IOException refused) {
            return true;
        }
    }
}
