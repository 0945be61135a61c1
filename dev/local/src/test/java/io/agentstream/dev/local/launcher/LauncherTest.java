package io.agentstream.dev.local.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LauncherTest {

    private static final String WAITING = "another launch is building";

    /// What the launcher uses besides a program that can lock.
    private static final List<String> TOOLS = List.of(
            "sh", "cat", "cp", "date", "dirname", "find", "head", "ln", "locale", "mkdir", "mv", "readlink", "rm", "sed", "sleep",
            "tail");

    @TempDir
    private Path parent;

    private FakeProject project;

    @BeforeEach
    void make() throws Exception {
        project = FakeProject.in(parent, "project");
    }

    @Test
    void buildsOnceAndHandsTheArgumentsOver() throws Exception {
        // given
        try (Launch first = project.launch("up")) {
            assertEquals(0, first.exitCode(), first.said());
        }

        // when
        try (Launch second = project.launch("call", "--say", "two  words", "*")) {
            // then
            assertEquals(0, second.exitCode(), second.said());
            assertTrue(second.said().contains("argument --say\nargument two  words\nargument *\n"), second.said());
            assertTrue(second.said().contains("ran first"), second.said());
            assertEquals(1, project.builds());
        }
    }

    @Test
    void buildsAgainWhereASourceIsNewer() throws Exception {
        // given
        try (Launch first = project.launch()) {
            assertEquals(0, first.exitCode(), first.said());
        }

        // when
        project.writeSource("second");
        try (Launch second = project.launch()) {
            // then
            assertEquals(0, second.exitCode(), second.said());
            assertTrue(second.said().contains("ran second"), second.said());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theWrapperBuildsWhereNoMavenIsInstalled(boolean installed) throws Exception {
        // given
        project.onlyTools(Stream.concat(TOOLS.stream(), Stream.of("flock")).toList());
        project.wrapper(!installed);
        if (!installed) {
            project.uninstallMaven();
        }

        // when
        try (Launch launch = project.launch()) {
            // then
            assertEquals(0, launch.exitCode(), launch.said());
            assertEquals(1, project.builds());
        }
    }

    @Test
    void aLibraryThatABuildHasNoMoreIsGone() throws Exception {
        // given
        try (Launch first = project.launch()) {
            assertEquals(0, first.exitCode(), first.said());
        }
        Path old = Files.writeString(project.libraries().resolve("other-0.9.jar"), "jar");

        // when
        project.writeSource("second");
        try (Launch second = project.launch()) {
            assertEquals(0, second.exitCode(), second.said());
        }

        // then
        Path kept = project.root().resolve(".build").resolve(project.kept().getFirst()).resolve("lib");
        assertFalse(Files.exists(old));
        assertFalse(Files.exists(kept.resolve("other-0.9.jar")));
        assertTrue(Files.exists(kept.resolve("other-1.0.jar")));
    }

    @Test
    void aBuildThatDoesNotSayOfWhenItIsIsNotTakenForNew() throws Exception {
        // given
        try (Launch first = project.launch()) {
            assertEquals(0, first.exitCode(), first.said());
        }
        Files.delete(project.root().resolve(".build").resolve(project.kept().getFirst()).resolve("sources"));

        // when
        try (Launch second = project.launch()) {
            // then
            assertEquals(0, second.exitCode(), second.said());
            assertEquals(2, project.builds());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"flock", "perl"})
    void aBuildThatIsBeingClearedAwayIsNotTaken(String lockProgram) throws Exception {
        // given
        List<String> tools = new ArrayList<>(TOOLS);
        tools.add(lockProgram);
        project.onlyTools(tools);
        try (Launch first = project.launch()) {
            assertEquals(0, first.exitCode(), first.said());
        }
        Path inUse = project.root().resolve(".build").resolve(project.kept().getFirst()).resolve("in-use");
        Process clearing = new ProcessBuilder(
                        "perl", "-MFcntl=:flock", "-e",
                        "open(my $f, '<', $ARGV[0]) or die; flock($f, LOCK_EX) or die; $| = 1; print qq(has it\\n); <STDIN>", inUse.toString())
                .start();
        try {
            assertEquals("has it", clearing.inputReader().readLine());

            // when
            try (Launch second = project.launch()) {
                // then
                assertEquals(0, second.exitCode(), second.said());
                assertEquals(2, project.builds());
            }
        } finally {
            clearing.destroyForcibly().waitFor();
        }
    }

    /// As on some file systems of a network.
    @Test
    void whereNothingCanBeLockedABuildThatIsThereRuns() throws Exception {
        // given
        try (Launch first = project.launch()) {
            assertEquals(0, first.exitCode(), first.said());
        }
        project.tool("flock", "#!/bin/sh\nexit 66\n");

        // when
        try (Launch second = project.launch()) {
            // then
            assertEquals(0, second.exitCode(), second.said());
            assertEquals(1, project.builds());
        }
    }

    @Test
    void aBuildTakesNothingFromUnderAProcessThatRuns() throws Exception {
        // given one that runs
        project.hold("hold-java");
        try (Launch running = project.launch("stay").awaitSaid("argument stay")) {
            // when there are two builds more, and the modules' own directories are cleaned
            for (String text : List.of("second", "third")) {
                project.writeSource(text);
                try (Launch other = project.launch()) {
                    assertEquals(0, other.exitCode(), other.said());
                    assertTrue(other.said().contains("ran " + text), other.said());
                }
            }

            // then it still has its own, beside the newest
            assertEquals(2, project.kept().size());
            project.letGo("hold-java");
            assertEquals(0, running.exitCode(), running.said());
            assertTrue(running.said().contains("ran first"), running.said());
        }

        // and when nobody runs from them they go
        project.writeSource("fourth");
        try (Launch last = project.launch()) {
            assertEquals(0, last.exitCode(), last.said());
        }
        assertEquals(1, project.kept().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"flock", "perl"})
    void aLaunchThatIsKilledWhileItWaitsLeavesTheLockToTheBuilder(String lockProgram) throws Exception {
        // given one that builds, and one that waits for it
        List<String> tools = new ArrayList<>(TOOLS);
        tools.add(lockProgram);
        project.onlyTools(tools);
        project.hold("hold-mvn");
        try (Launch builder = project.launch().awaitSaid("building...");
                Launch waiting = project.launch().awaitSaid(WAITING)) {
            // when
            waiting.kill();

            // then a third one waits, too, and finds the work done
            try (Launch third = project.launch().awaitSaid(WAITING)) {
                project.letGo("hold-mvn");
                assertEquals(0, builder.exitCode(), builder.said());
                assertEquals(0, third.exitCode(), third.said());
                assertTrue(third.said().contains("ran first"), third.said());
            }
            assertEquals(1, project.builds());
        }
    }

    @Test
    void aBuildWhoseLaunchWasKilledIsWaitedForAndMadeAgain() throws Exception {
        // given
        project.hold("hold-mvn");
        try (Launch builder = project.launch()) {
            project.awaitBuild();
            builder.kill();
        }

        // when
        try (Launch next = project.launch().awaitSaid(WAITING)) {
            assertEquals(1, project.builds());
            project.letGo("hold-mvn");

            // then
            assertEquals(0, next.exitCode(), next.said());
            assertTrue(next.said().contains("ran first"), next.said());
            assertEquals(2, project.builds());
        }
    }

    @Test
    void whoHasWaitedForTenMinutesGivesUpAndTakesNothingAway() throws Exception {
        // given
        project.hold("hold-mvn");
        project.tool("sleep", "#!/bin/sh\n"); // the ten minutes are over in a moment
        try (Launch builder = project.launch().awaitSaid("building...")) {
            // when
            try (Launch impatient = project.launch()) {
                assertEquals(1, impatient.exitCode());
                assertTrue(impatient.said().contains("has been building for ten minutes"), impatient.said());
            }

            // then
            try (Launch third = project.launch().awaitSaid(WAITING)) {
                third.kill();
            }
            project.letGo("hold-mvn");
            assertEquals(0, builder.exitCode(), builder.said());
            assertEquals(1, project.builds());
        }
    }

    @Test
    void aBuildThatFailsIsShownAndTheLastOneStays() throws Exception {
        // given
        try (Launch first = project.launch()) {
            assertEquals(0, first.exitCode(), first.said());
        }
        project.writeSource("broken");
        project.hold("break-mvn");

        // when
        try (Launch broken = project.launch()) {
            // then
            assertEquals(1, broken.exitCode());
            assertTrue(broken.said().contains("it does not compile"), broken.said());
            assertTrue(broken.said().contains("the build failed; all of it is in "), broken.said());
            assertEquals(1, project.kept().size());
        }

        // and it is tried again
        project.letGo("break-mvn");
        try (Launch mended = project.launch()) {
            assertEquals(0, mended.exitCode(), mended.said());
            assertTrue(mended.said().contains("ran broken"), mended.said());
        }
    }

    @Test
    void whoMayNotWriteIsToldSoUnlessThereIsABuild() throws Exception {
        // given nothing is built, and the place for it cannot be made (even by root)
        Path builds = project.root().resolve(".build");
        Files.createFile(builds);
        try (Launch refused = project.launch()) {
            assertEquals(1, refused.exitCode());
            assertTrue(refused.said().contains("this user cannot write in " + project.root()), refused.said());
            assertEquals(0, project.builds());
        }

        // when its owner has built it
        Files.delete(builds);
        try (Launch owner = project.launch()) {
            assertEquals(0, owner.exitCode(), owner.said());
        }
        Files.delete(builds.resolve("lock"));
        Files.createDirectory(builds.resolve("lock")); // now it cannot be locked for writing

        // then it runs
        try (Launch reader = project.launch()) {
            assertEquals(0, reader.exitCode(), reader.said());
        }
    }

    /// A JVM whose heap begins larger than it may become does not start.
    @ParameterizedTest
    @CsvSource({"'', true", "-Xms32m, true", "-Xmx96m, false", "-Xlog:disable -Xmx96m, false"})
    void aHeapThatIsAskedForBeginsAsSmallAsItIs(String options, boolean beginsLarge) throws Exception {
        // when
        try (Launch launch = project.launch(
                Map.of("AGENT_STREAM_JAVA_OPTS", options), parent, project.root().resolve("agent-stream").toString())) {
            // then
            assertEquals(0, launch.exitCode(), launch.said());
            List<String> heap = launch.said().lines().filter(line -> line.startsWith("argument -Xm")).toList();
            Stream<String> own = beginsLarge ? Stream.of("-Xms400m", "-Xmx1g") : Stream.of("-Xmx1g");
            Stream<String> asked = Stream.of(options.split(" ")).filter(option -> option.startsWith("-Xm"));
            assertEquals(Stream.concat(own, asked).map("argument "::concat).toList(), heap, launch.said());
        }
    }

    @Test
    void aHomeThatIsNotThereIsNotMissed() throws Exception {
        // given, when
        try (Launch launch =
                project.launch(Map.of("HOME", "/nowhere/at/all"), parent, project.root().resolve("agent-stream").toString())) {
            // then
            assertEquals(0, launch.exitCode(), launch.said());
        }
    }

    @Test
    void cdpathLeadsNowhereElse() throws Exception {
        // given a directory of the same name, where CDPATH leads
        Path elsewhere = Files.createDirectories(parent.resolve("elsewhere/project")).getParent();

        // when
        try (Launch launch = project.launch(
                Map.of("CDPATH", elsewhere.toString()), parent, "sh", "project/agent-stream")) {
            // then
            assertEquals(0, launch.exitCode(), launch.said());
            assertTrue(launch.said().contains("ran first"), launch.said());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space", "it's", "$HOME", "a*b", "[ab]", "semi;colon", "&", "back\\slash", "-n", "ünï", "a,b", "#"})
    void anOddNameIsANameLikeOthers(String name) throws Exception {
        // given
        FakeProject odd = FakeProject.in(Files.createDirectory(parent.resolve("odd")), name);
        Path link = Files.createSymbolicLink(parent.resolve("a link"), odd.root().resolve("agent-stream"));

        // when
        try (Launch launch = odd.launch(Map.of(), odd.root(), link.toString(), "up")) {
            // then
            assertEquals(0, launch.exitCode(), launch.said());
            assertTrue(launch.said().contains("ran first"), launch.said());
        }
    }

    @Test
    void aColonInThePathIsRefusedWithASentence() throws Exception {
        // given
        FakeProject odd = FakeProject.in(Files.createDirectory(parent.resolve("odd")), "a:b");

        // when
        try (Launch launch = odd.launch()) {
            // then
            assertEquals(1, launch.exitCode());
            assertTrue(launch.said().contains("there is a colon in the path"), launch.said());
            assertEquals(0, odd.builds());
        }
    }

    @Test
    void aTerminalWithoutUtf8KeepsNoFileFromBeingNamed() throws Exception {
        // given, when
        try (Launch launch = project.launch(
                Map.of("LC_ALL", "C"), parent, project.root().resolve("agent-stream").toString())) {
            // then
            assertEquals(0, launch.exitCode(), launch.said());
            assertFalse(launch.said().contains("charset C\n"), launch.said());
        }
    }
}
