package io.agentstream.dev.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Another JVM on the same class path, to be killed.
public final class ChildJvm implements AutoCloseable {

    /// What makes a JVM cheap that lives for seconds: a first compiler only, and one thread that collects.
    public static final List<String> SHORT_LIVED =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private static final int MOST_LINES = 10_000;
    private static final String END = "\0";

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChildJvm(Process process) {
        this.process = process;
        Thread.ofPlatform().name("child-output").daemon().start(this::read);
    }

    /// All of it, to its end: a child whose output nobody reads stands still when the pipe is full. Of what nobody waits for, the first
    /// lines are kept.
    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (lines.size() < MOST_LINES) {
                    lines.add(line);
                }
            }
        } catch (IOException killed) {
            // as its end
        } finally {
            lines.add(END);
        }
    }

    public static ChildJvm run(Class<?> main, String... arguments) throws IOException {
        return run(main, Map.of(), arguments);
    }

    /// With these variables of the environment besides those of this process.
    public static ChildJvm run(Class<?> main, Map<String, String> environment, String... arguments) throws IOException {
        return run(List.of(), main, environment, arguments);
    }

    /// It gets the processors that nobody else wants: for what is on another machine in earnest.
    public static ChildJvm runBehind(Class<?> main, String... arguments) throws IOException {
        return run(List.of("nice", "-n", "19"), main, Map.of(), arguments);
    }

    private static ChildJvm run(List<String> prefix, Class<?> main, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SHORT_LIVED);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        return new ChildJvm(builder.start());
    }

    /// The rest of the first line that starts with `prefix`; fails where the process ends before.
    public String await(String prefix) {
        try {
            for (String line = lines.take(); !line.equals(END); line = lines.take()) {
                if (line.startsWith(prefix)) {
                    return line.substring(prefix.length());
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before the child said " + prefix, stopped);
        }
        lines.add(END); // whoever asks next learns the same
        throw new IllegalStateException("the child ended without saying " + prefix);
    }

    /// To its standard input.
    public void say(String word) throws IOException {
        var input = process.outputWriter(StandardCharsets.UTF_8);
        input.write(word);
        input.flush();
    }

    /// As the operating system does it when memory is short: no chance to tidy up.
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    /// It stands still from here on, as a process does whose machine is paused.
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /// It goes on as if no time had passed.
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("the child could not be sent " + name);
        }
    }

    /// SIGTERM, and the exit code, or -1 after 30 s.
    public int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
