package io.agentstream.dev.bench.process;

import io.agentstream.schemas.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/// A JVM beside this one on the same class path, which runs a [Part]. It does not hear a Ctrl-C that is meant for us, and it
/// ends when its standard input does. One thread at a time asks it.
public final class ChildProcess implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(60);
    private static final int MAX_UNREAD_ANSWERS = 16;
    private static final int LOG_TAIL_LINES = 12;
    private static final int NICE_WORD = 16;
    /// A signal that is ignored when a JVM starts stays ignored.
    private static final List<String> DEAF_TO_INTERRUPTS = List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh");
    /// Where we may not ask for it, this says so in the log and runs the command all the same.
    private static final List<String> AHEAD_OF_OTHERS = List.of("nice", "-n", "-10");

    /// How a process is served when there are more that want to run than processors.
    public enum Turn {
        /// Like everybody.
        EQUAL,
        /// Ahead of the others, as far as the user may ask for that. For what stands for the world outside: telephones are not on
        /// this machine and do not wait for it.
        FIRST
    }

    private final String name;
    private final Path log;
    private final Process process;
    private final Writer questions;
    /// Empty: the process has closed its output.
    private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>(MAX_UNREAD_ANSWERS);

    private ChildProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.questions = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofVirtual().name("answers-of-" + name).start(this::readAnswers);
    }

    /// Starts `main` with the argument `name` and opens its part with `settings`, which are handed over on its standard input:
    /// secrets never are in its arguments. Blocks until the part is open.
    ///
    /// @param log file for what it says on standard error
    /// @throws IOException where it does not open within `limit`
    public static Opened start(
            String name, Class<?> main, Turn turn, List<String> jvmFlags, Path log, Object settings, Duration limit)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(DEAF_TO_INTERRUPTS);
        if (turn == Turn.FIRST) {
            command.addAll(AHEAD_OF_OTHERS);
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), name));
        ChildProcess child = new ChildProcess(
                name,
                log,
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start());
        try {
            child.write(Json.MAPPER.writeValueAsString(settings));
            return new Opened(child, child.read("open", limit));
        } catch (IOException | InterruptedException | RuntimeException failure) {
            child.close();
            throw failure;
        }
    }

    /// A process that has opened its part, and what it said of it.
    public record Opened(ChildProcess process, JsonNode facts) {}

    /// Whether it is served ahead of others, which its user may not ask for everywhere. False where the system does not tell.
    public boolean isAhead() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return niceness(stat) < 0;
        } catch (IOException endedOrNotLinux) {
            return false;
        }
    }

    /// The 19th word; the second, the name, may hold blanks.
    static int niceness(String stat) {
        String[] words = stat.substring(stat.lastIndexOf(')') + 1).strip().split("\\s+", -1);
        return Integer.parseInt(words[NICE_WORD]);
    }

    public String name() {
        return name;
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /// Asks and waits for the answer.
    ///
    /// @throws IOException where it refuses, dies, or does not answer within `limit`
    public JsonNode ask(String question, Object argument, Duration limit) throws IOException, InterruptedException {
        tell(question, argument);
        return answer(question, limit);
    }

    /// The first half of [#ask(String, Object, Duration)], for questions that several processes are to get at once.
    public void tell(String question, Object argument) throws IOException {
        write(question + " " + Json.MAPPER.writeValueAsString(argument));
    }

    /// The second half of [#ask(String, Object, Duration)].
    public JsonNode answer(String question, Duration limit) throws IOException, InterruptedException {
        return read(question, limit);
    }

    private void write(String line) throws IOException {
        questions.write(line);
        questions.write('\n');
        questions.flush();
    }

    private JsonNode read(String question, Duration limit) throws IOException, InterruptedException {
        Optional<String> line = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            throw new IOException(name + " did not answer " + question + " within " + limit.toSeconds() + " s" + logTail());
        }
        if (line.isEmpty()) {
            throw new IOException(name + " ended when it was asked to " + question + logTail());
        }
        if (line.get().startsWith("-")) {
            throw new IOException(name + " could not " + question + ": " + line.get().substring(1) + logTail());
        }
        return Json.MAPPER.readTree(line.get().substring(1));
    }

    private void readAnswers() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("+") || line.startsWith("-")) {
                    answers.put(Optional.of(line));
                }
            }
            answers.put(Optional.empty());
        } catch (IOException closed) {
            answers.offer(Optional.empty());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String logTail() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            List<String> tail = lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size());
            return tail.isEmpty() ? "" : "; the end of its log:\n  " + String.join("\n  ", tail);
        } catch (IOException unreadable) {
            return "";
        }
    }

    /// Ends it as the operating system does when memory is short: nothing of it is closed. Blocks until it is gone.
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Lets it close its part and end; after a minute it is killed with everything it started.
    @Override
    public void close() {
        try {
            questions.close();
        } catch (IOException alreadyDead) {
            // then there is nothing to end
        }
        boolean ended = false;
        boolean interrupted = Thread.interrupted();
        try {
            ended = process.waitFor(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException now) {
            interrupted = true;
        } finally {
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
