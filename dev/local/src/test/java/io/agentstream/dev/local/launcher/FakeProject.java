package io.agentstream.dev.local.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A directory with the real launcher, one source, and tools beside it: a `mvn` that counts its builds and waits where it is
/// told to, and a JDK whose `java` prints its arguments and stays where it is told to.
final class FakeProject {

    private static final String MVN =
            """
            #!/bin/sh
            tools=$(dirname "$0")
            echo built >>"$tools/builds"
            while [ -e "$tools/hold-mvn" ]; do /bin/sleep 0.02; done
            if [ -e "$tools/break-mvn" ]; then echo "[ERROR] it does not compile"; exit 1; fi
            module=@MODULE@
            mkdir -p "$module/target/classes" "$module/target/lib"
            cp "$module/src/main/java/Main.java" "$module/target/classes/Main.class"
            echo jar >"$module/target/lib/other-1.0.jar"
            echo jar >"$module/target/lib/ours-0.1.0-SNAPSHOT.jar"
            """;

    private static final String JAVA =
            """
            #!/bin/sh
            tools=@TOOLS@
            for word; do echo "argument $word"; done
            echo "charset ${LC_ALL:-}"
            previous=
            for word; do
              case $previous in -cp) path=$word ;; esac
              previous=$word
            done
            while [ "$previous" = stay ] && [ -e "$tools/hold-java" ]; do /bin/sleep 0.02; done
            echo "ran $(cat "${path%%:*}/Main.class")"
            """;

    private final Path root;
    private final Path tools;
    private final String module;

    private FakeProject(Path root, Path tools, String module) {
        this.root = root;
        this.tools = tools;
        this.module = module;
    }

    /// In `parent`, under this name.
    static FakeProject in(Path parent, String name) throws IOException {
        Path launcher = launcher();
        String module = Files.readAllLines(launcher).stream()
                .filter(line -> line.startsWith("MODULE="))
                .map(line -> line.substring("MODULE=".length()))
                .findFirst()
                .orElseThrow();
        FakeProject project = new FakeProject(
                Files.createDirectories(parent.resolve(name)), Files.createDirectories(parent.resolve("tools")), module);
        Files.copy(launcher, project.root.resolve("agent-stream"));
        project.writeSource("first");
        project.program(project.tools.resolve("mvn"), MVN.replace("@MODULE@", module));
        project.program(project.tools.resolve("jdk/bin/java"), JAVA.replace("@TOOLS@", project.tools.toString()));
        project.program(project.tools.resolve("jdk/bin/javac"), "#!/bin/sh\n");
        Files.writeString(project.tools.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        return project;
    }

    private static Path launcher() {
        for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
            if (Files.isExecutable(here.resolve("agent-stream"))) {
                return here.resolve("agent-stream");
            }
        }
        throw new IllegalStateException("no launcher above " + Path.of("").toAbsolutePath());
    }

    private void program(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// The one source, newer than whatever was built from it.
    void writeSource(String text) throws IOException {
        Path source = root.resolve(module).resolve("src/main/java/Main.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, text);
        Files.setLastModifiedTime(source, FileTime.from(Instant.now()));
    }

    /// From now on builds (`hold-mvn`), or programs that are told to stay (`hold-java`), wait for [#letGo(String)].
    void hold(String what) throws IOException {
        Files.createFile(tools.resolve(what));
    }

    void letGo(String what) throws IOException {
        Files.delete(tools.resolve(what));
    }

    /// A wrapper that does what Maven does, or breaks.
    void wrapper(boolean works) throws IOException {
        program(
                root.resolve("mvnw"),
                works ? MVN.replace("$(dirname \"$0\")", tools.toString()).replace("@MODULE@", module) : "#!/bin/sh\nexit 1\n");
    }

    void uninstallMaven() throws IOException {
        Files.delete(tools.resolve("mvn"));
    }

    /// A program that is found before the machine's own.
    void tool(String name, String text) throws IOException {
        program(tools.resolve(name), text);
    }

    /// Of this machine's programs only these are found from now on.
    void onlyTools(List<String> names) throws IOException {
        Path machine = Files.createDirectories(tools.resolve("machine"));
        for (String name : names) {
            Path program = Stream.of("/usr/bin", "/bin")
                    .map(directory -> Path.of(directory, name))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(machine.resolve(name), program);
        }
    }

    /// Until a build has begun.
    void awaitBuild() throws IOException, InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int tries = 0; builds() == 0; tries++) {
            if (tries > 1_000 || never.await(10, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("no build has begun");
            }
        }
    }

    /// How many there were, finished or not.
    int builds() throws IOException {
        Path builds = tools.resolve("builds");
        return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
    }

    /// The copies that there are to run from.
    List<String> kept() throws IOException {
        try (Stream<Path> all = Files.list(root.resolve(".build"))) {
            return all.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("build-"))
                    .sorted()
                    .toList();
        }
    }

    /// Where Maven puts them.
    Path libraries() {
        return root.resolve(module).resolve("target/lib");
    }

    Path root() {
        return root;
    }

    Launch launch(String... arguments) throws IOException {
        return launch(Map.of(), root.getParent(), root.resolve("agent-stream").toString(), arguments);
    }

    /// With these variables, from this directory, under this name.
    Launch launch(Map<String, String> variables, Path from, String launcher, String... arguments) throws IOException {
        Path machine = tools.resolve("machine");
        Map<String, String> environment = new TreeMap<>(Map.of(
                "PATH", tools + ":" + (Files.exists(machine) ? machine : "/usr/bin:/bin"),
                "JAVA_HOME", tools.resolve("jdk").toString()));
        environment.putAll(variables);
        return Launch.of(environment, from, Files.createTempFile(tools, "said", ""), launcher, arguments);
    }
}
