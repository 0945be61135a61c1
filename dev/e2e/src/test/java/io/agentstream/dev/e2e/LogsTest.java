package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What logs say of failures, read in the sources of what ships: an `IllegalStateException` alone helps nobody at night. `Causes` names the causes.
final class LogsTest {

    /// A statement that logs; of an event its class is what it is.
    private static final Pattern LOGGED_CLASS =
            Pattern.compile("\\blog\\s*\\.[^;]*\\b(?!event\\b)\\w+\\.getClass\\(\\)\\.get(Simple)?Name\\(\\)");

    private static final Pattern NAMED_CLASS = Pattern.compile("String (\\w+) = \\w+\\.getClass\\(\\)\\.get(Simple)?Name\\(\\)");

    private static final Pattern LOGGED_WORDS = Pattern.compile("addKeyValue\\(\\s*\"failure\",\\s*\\w+\\.getMessage\\(\\)");

    @Test
    void aFailureIsNamedByItsClassesAndItsWordsNeverByOneOfThem() throws IOException {
        Set<String> wrong = new TreeSet<>();
        List<Path> sources = sources();
        for (Path source : sources) {
            if (isWrong(Files.readString(source))) {
                wrong.add(source.getFileName().toString());
            }
        }

        assertTrue(sources.size() > 300, sources.size() + " sources");
        assertEquals(Set.of(), wrong);
    }

    @Test
    void itIsSeenHoweverItIsWritten() {
        assertTrue(isWrong("log.atWarn()\n  .addKeyValue(\"failure\", bug.getClass().getSimpleName())\n  .log(\"x\");"));
        assertTrue(isWrong("log.debug(\"x {}\", bug.getClass().getName());"));
        assertTrue(isWrong("String name = bug.getClass().getSimpleName(); log.atWarn().addKeyValue(\"failure\", name).log(\"x\");"));
        assertTrue(isWrong("log.atWarn().addKeyValue(\"failure\", bug.getMessage()).log(\"x\");"));
        assertTrue(!isWrong("log.atWarn().addKeyValue(\"event\", event.getClass().getSimpleName()).log(\"x\");"));
        assertTrue(!isWrong("log.atWarn().log(\"x\"); String name = bug.getClass().getSimpleName();"));
    }

    private static boolean isWrong(String source) {
        return LOGGED_CLASS.matcher(source).find()
                || LOGGED_WORDS.matcher(source).find()
                || NAMED_CLASS.matcher(source).results().map(MatchResult::group).map(LogsTest::variable)
                        .anyMatch(name -> source.contains("addKeyValue(\"failure\", " + name + ")"));
    }

    /// Of `String name = ...`.
    private static String variable(String assignment) {
        return assignment.split(" ")[1];
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Path.of("../.."))) {
            for (Path module : modules.map(path -> path.resolve("src/main/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> below = Files.walk(module)) {
                    below.filter(path -> path.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }
}
