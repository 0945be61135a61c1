package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentstream.dev.embedded.ChildJvm;
import io.agentstream.dev.embedded.UsedPostgres;
import io.agentstream.dev.local.DemoFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `up` on machines that are not as they should be.
@Timeout(240)
@KillsProcesses
final class HardTimesTest {

    /// Where nobody can write, not even root.
    private static final String READ_ONLY = "/proc";

    @TempDir
    private Path terminal;

    /// Other digits and another calendar as well as another language.
    @Test
    void speaksEveryLanguageAndBothKindsOfAddresses() throws Exception {
        speaks("-Duser.language=ar -Duser.region=EG -Duser.extensions=nu-arab-ca-buddhist", "::", "http://[::1]:");
    }

    @Test
    @Tag("long")
    void speaksALanguageOfOtherLettersAndListensToOneAddressOfTheNewKind() throws Exception {
        speaks("-Duser.language=tr -Duser.region=TR", "::1", "http://[::1]:");
    }

    private void speaks(String language, String address, String url) throws Exception {
        // given
        Path data = Files.createDirectory(terminal.resolve("a name with blanks"));
        UsedPostgres.in(data.resolve("postgres"));
        try (Afterwards _ = Afterwards.removePostgres(data.resolve("postgres"));
                UpProcess up = UpProcess.begin(
                                terminal,
                                Map.of("JAVA_TOOL_OPTIONS", language, "AGENT_STREAM_BIND_ADDRESS", address),
                                "--data", data.toString())
                        .awaitReady()) {
            DemoFile demo = DemoFile.read(data).orElseThrow();
            assertTrue(demo.gatewayUrl().startsWith(url), demo.gatewayUrl());

            // when
            Path said = terminal.resolve("call.txt");
            int code = call(data, ProcessBuilder.Redirect.to(said.toFile()));

            // then
            assertEquals(0, code, () -> text(said));
            assertEquals(0, up.stop(), up.said());
        }
    }

    /// With the same database server, which lived on. Nothing is kept in the home of its user, which is read-only as that of a service may be.
    @Test
    void goesOnWithItsDataWhereItWasKilledAndItsHomeCanOnlyBeRead() throws Exception {
        // given a system whose process was killed, with a call behind it
        Map<String, String> home = Map.of("HOME", READ_ONLY, "JAVA_TOOL_OPTIONS", "-Duser.home=" + READ_ONLY);
        Path data = Files.createDirectory(terminal.resolve("data"));
        UsedPostgres.in(data.resolve("postgres"));
        try (Afterwards _ = Afterwards.removePostgres(data.resolve("postgres"))) {
            DemoFile before;
            try (UpProcess up = UpProcess.begin(terminal, home, "--data", data.toString()).awaitReady()) {
                before = DemoFile.read(data).orElseThrow();
                assertEquals(0, call(data));
                up.kill();
            }
            assertTrue(ProcessHandle.of(databaseOf(data)).isPresent(), "its database has ended with it");

            // when
            try (UpProcess again = UpProcess.begin(terminal, home, "--data", data.toString()).awaitReady()) {
                // then it is the same one, and works
                DemoFile after = DemoFile.read(data).orElseThrow();
                assertEquals(before.apiKey(), after.apiKey());
                assertEquals(before.echoAgentUuid(), after.echoAgentUuid());
                assertEquals(1, new Api(after).runs(after.echoAgentUuid()).size());
                assertEquals(0, call(data));
                assertEquals(2, new Api(after).runs(after.echoAgentUuid()).size());
                assertEquals(0, again.stop(), again.said());
            }
        }
    }

    @Test
    void startsOverThroughALinkWhereItWasKilled() throws Exception {
        // given a system whose process was killed
        Path data = Files.createDirectory(terminal.resolve("data"));
        UsedPostgres.in(data.resolve("postgres"));
        Path link = Files.createSymbolicLink(terminal.resolve("link"), data);
        try (Afterwards _ = Afterwards.removePostgres(data.resolve("postgres"))) {
            DemoFile before;
            try (UpProcess up = UpProcess.begin(terminal, Map.of(), "--data", data.toString()).awaitReady()) {
                before = DemoFile.read(data).orElseThrow();
                up.kill();
            }
            long left = databaseOf(data);

            // when
            try (UpProcess again =
                    UpProcess.begin(terminal, Map.of(), "--data", link.toString(), "--fresh").awaitReady()) {
                // then it is another one, beside which nothing runs
                assertNotEquals(left, databaseOf(data));
                assertNotEquals(before.apiKey(), DemoFile.read(data).orElseThrow().apiKey());
                assertEquals(0, again.stop(), again.said());
            }
        }
    }

    @Test
    void saysThatTheDiskIsFullAndStartsAgainWhenThereIsRoom() throws Exception {
        // given a small disk
        Path disk = Files.createDirectory(terminal.resolve("disk"));
        assumeTrue(run(List.of("mount", "-t", "tmpfs", "-o", "size=240m", "tmpfs", disk.toString())) == 0,
                "only who may mount has a small disk to fill");
        Path data = disk.resolve("data");
        Path filler = disk.resolve("filler");
        try (Afterwards _ = () -> run(List.of("umount", "--lazy", disk.toString()));
                Afterwards _ = Afterwards.removePostgres(data.resolve("postgres"));
                Afterwards _ = () -> Files.deleteIfExists(filler);
                UpProcess up = UpProcess.begin(terminal, Map.of(), "--data", data.toString()).awaitReady()) {
            DemoFile before = DemoFile.read(data).orElseThrow();

            // when it is full, and somebody calls
            fill(filler);
            call(data);

            // then
            assertEquals(1, up.exitCode(), up.said());
            assertTrue(up.said().contains("the disk of " + data + " is full"), up.said());

            // and there is no start without room, but one with it
            try (UpProcess early = UpProcess.begin(terminal, Map.of(), "--data", data.toString())) {
                assertEquals(1, early.exitCode());
                assertTrue(early.said().contains("agent-stream: the disk of " + data + " is full"), early.said());
            }
            Files.delete(filler);
            try (UpProcess again = UpProcess.begin(terminal, Map.of(), "--data", data.toString()).awaitReady()) {
                assertEquals(before.apiKey(), DemoFile.read(data).orElseThrow().apiKey());
                assertEquals(0, call(data));
                assertEquals(0, again.stop(), again.said());
            }
        }
    }

    /// A call as long as its default has it, which is long enough for the first of a process, on a busy machine too; and its exit code.
    private static int call(Path data) throws IOException, InterruptedException {
        return call(data, ProcessBuilder.Redirect.DISCARD);
    }

    private static int call(Path data, ProcessBuilder.Redirect output) throws IOException, InterruptedException {
        String echo = DemoFile.read(data).orElseThrow().echoAgentUuid();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ChildJvm.SHORT_LIVED);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.agentstream.cli.Main"));
        command.addAll(List.of("call", "--data", data.toString(), "--agent", echo));
        return run(command, output);
    }

    private static long databaseOf(Path data) throws IOException {
        return Long.parseLong(Files.readAllLines(data.resolve("postgres/data/postmaster.pid")).getFirst());
    }

    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[65_536];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full.getMessage());
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return gone.toString();
        }
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        return run(command, ProcessBuilder.Redirect.DISCARD);
    }

    private static int run(List<String> command, ProcessBuilder.Redirect output) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start()
                    .waitFor();
        } catch (IOException notOnThisMachine) {
            return -1;
        }
    }
}
