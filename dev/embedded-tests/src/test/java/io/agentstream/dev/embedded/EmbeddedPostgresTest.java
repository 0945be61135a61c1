package io.agentstream.dev.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        UsedPostgres.copy(used, directory);
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
    void saysThatItsServerHasEndedUnlessItWasClosed() throws Exception {
        // given
        CompletableFuture<String> said = new CompletableFuture<>();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, 0, said::complete)) {

            // when
            ProcessHandle.of(postgres.pid()).orElseThrow().destroyForcibly();

            // then
            assertEquals("the embedded PostgreSQL has ended", said.get(10, TimeUnit.SECONDS));
        }
        CompletableFuture<String> silent = new CompletableFuture<>();
        EmbeddedPostgres closed = EmbeddedPostgres.start(directory, 0, silent::complete);
        ProcessHandle process = ProcessHandle.of(closed.pid()).orElseThrow();
        closed.close();
        process.onExit().get(10, TimeUnit.SECONDS);
        assertFalse(silent.isDone());
    }

    @Test
    void takesOverUnderAnotherNameOfTheDirectory() throws Exception {
        // given a server that was started through a link and left behind
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory);
        String port;
        try (ChildJvm child = ChildJvm.run(KilledPostgres.class, link.toString())) {
            port = child.await("ready ");
            child.kill();
        }
        long left = new Postmaster(directory.resolve("data")).pid().orElseThrow();

        // when
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, 0)) {
            // then there is one server, and what was written is there
            assertEquals(List.of("before the kill"), Table.read(postgres));
            assertNotEquals(left, postgres.pid());
            assertTrue(postgres.port() == Integer.parseInt(port) || isFree(Integer.parseInt(port)));
        }
    }

    @Test
    void isRemovedWithTheServerThatWasLeftBehind() throws Exception {
        // given
        Path link = Files.createSymbolicLink(parent.resolve("link"), directory);
        int port;
        try (ChildJvm child = ChildJvm.run(KilledPostgres.class, directory.toString())) {
            port = Integer.parseInt(child.await("ready "));
            child.kill();
        }

        // when
        EmbeddedPostgres.remove(link);

        // then
        assertTrue(isFree(port));
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    /// As on a machine that is too busy: the server comes up when nobody waits for it any more.
    @Test
    void leavesNoServerBehindThatTookTooLongToStart() throws Exception {
        // given a program that starts the server and says that it did not
        Path programs;
        try (Stream<Path> platforms = Files.list(directory.resolve("binaries"))) {
            programs = platforms.findFirst().orElseThrow().resolve("bin");
        }
        Path real = Files.move(programs.resolve("pg_ctl"), programs.resolve("pg_ctl.real"));
        Files.writeString(programs.resolve("pg_ctl"), "#!/bin/sh\n\"$0.real\" \"$@\"\nexit 1\n");
        Files.setPosixFilePermissions(programs.resolve("pg_ctl"), Files.getPosixFilePermissions(real));

        // when
        assertThrows(StartFailedException.class, () -> EmbeddedPostgres.start(directory, 0));

        // then
        Postmaster.Kind left = new Postmaster(directory.resolve("data")).kind(directory.resolve("binaries"));
        EmbeddedPostgres.remove(directory); // whatever is left
        assertEquals(Postmaster.Kind.GONE, left);
    }

    @Test
    void isNotRemovedWhileItIsInUse() {
        // given
        try (EmbeddedPostgres _ = EmbeddedPostgres.start(directory, 0)) {
            // when
            StartFailedException refusal =
                    assertThrows(StartFailedException.class, () -> EmbeddedPostgres.remove(directory));

            // then
            assertTrue(refusal.getMessage().contains("is in use by another running process"), refusal.getMessage());
            assertTrue(Files.exists(directory.resolve("data/PG_VERSION")));
        }
    }

    @Test
    void startsWhereTheDiskWasTooFullForTheLockFile() throws Exception {
        // given
        Files.createFile(directory.resolve("data/postmaster.pid"));

        // when, then: it starts
        EmbeddedPostgres.start(directory, 0).close();
    }

    @Test
    void worksForRootWithoutNamespacesBehindAClosedDoor() throws Exception {
        // given a container that forbids namespaces, and a way that is closed to everybody else
        assumeTrue(new UnixSystem().getUid() == 0, "only root becomes somebody else");
        Path tools = Files.createDirectory(parent.resolve("tools"));
        Path unshare = Files.writeString(tools.resolve("unshare"), "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx------"));

        // when
        try (ChildJvm child = ChildJvm.run(
                KilledPostgres.class, Map.of("PATH", tools + ":" + System.getenv("PATH")), directory.toString())) {
            // then
            int port = Integer.parseInt(child.await("ready "));
            assertFalse(isFree(port));
            assertEquals("nobody", Files.getOwner(directory.resolve("data")).getName());
            assertEquals(143, child.terminate());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space", "it's", "semi;colon", "a*b", "ünï", "a,b", "-D", "%d"})
    void takesAnOddNameLikeOthers(String name) throws Exception {
        // given
        Path odd = Files.move(directory, parent.resolve(name));

        // when, then: it starts
        EmbeddedPostgres.start(odd, 0).close();
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

    private static boolean isFree(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (IOException refused) {
            return true;
        }
    }
}
