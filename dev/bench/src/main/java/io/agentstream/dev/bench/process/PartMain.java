package io.agentstream.dev.bench.process;

import io.agentstream.schemas.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// The loop of a child process: the first line of standard input opens the part, each further one is a question, and the end of
/// the input ends the process, so that nothing is left behind when the parent is killed.
///
/// A line is a word, a space and JSON; the answer is one line, `+` and JSON or `-` and what went wrong. The process's own log goes
/// to standard error.
public final class PartMain {

    private static final Logger LOG = LoggerFactory.getLogger(PartMain.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(45);

    private PartMain() {}

    /// Never returns.
    public static void run(Part.Opener opener) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String first = questions.readLine();
        if (first == null) {
            System.exit(0);
        }
        Part part;
        JvmStats jvm = new JvmStats();
        try {
            part = opener.open(Json.MAPPER.readTree(first));
        } catch (Exception | LinkageError failure) {
            LOG.error("the part did not open", failure);
            say(answers, "-" + failure);
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> closeInTime(part), "close-part"));
        say(answers, "+" + Json.MAPPER.writeValueAsString(part.opened()));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            say(answers, answer(part, jvm, line));
        }
        System.exit(0);
    }

    private static void say(PrintStream answers, String line) {
        answers.println(line.replace('\n', ' '));
        answers.flush();
    }

    private static String answer(Part part, JvmStats jvm, String line) {
        int space = line.indexOf(' ');
        String question = space < 0 ? line : line.substring(0, space);
        try {
            JsonNode argument = space < 0 ? NullNode.getInstance() : Json.MAPPER.readTree(line.substring(space + 1));
            Object answer = switch (question) {
                case "jvm" -> jvm.sinceLast();
                case "heap" -> Map.of("bytes", JvmStats.liveHeapBytes());
                default -> part.answer(question, argument);
            };
            return "+" + Json.MAPPER.writeValueAsString(answer);
        } catch (Exception failure) {
            LOG.error("no answer to {}", question, failure);
            return "-" + failure;
        }
    }

    private static void closeInTime(Part part) {
        Thread closing = Thread.ofPlatform().daemon().name("closing").start(() -> {
            try {
                part.close();
            } catch (Exception failure) {
                LOG.error("the part did not close", failure);
            }
        });
        try {
            if (!closing.join(CLOSE_LIMIT)) {
                LOG.error("the part did not close within {}", CLOSE_LIMIT);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
