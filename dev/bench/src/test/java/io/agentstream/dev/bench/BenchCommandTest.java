package io.agentstream.dev.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(20)
final class BenchCommandTest {

    @ParameterizedTest
    @CsvSource({
        "--tick, 0, --tick takes",
        "--tick, 3, --tick takes",
        "--load-threads, 0, --load-threads takes",
        "--linger, -1, --linger takes",
        "--linger, 101, --linger takes",
        "--json, /nowhere/at/all.json, '--json: there is no directory /nowhere/at'",
        "--json, /, --json takes a file",
        "--only, all, --only takes",
        "--calls, 0, --calls takes",
        "--agent, parrot, --agent takes",
    })
    void aWrongValueIsSaidBeforeAnythingIsMeasured(String option, String value, String says) {
        StringWriter error = new StringWriter();

        int code = new CommandLine(new BenchCommand(Map.of()))
                .setErr(new PrintWriter(error))
                .execute("--calls", "1", "--seconds", "1", option + "=" + value);

        assertEquals(2, code);
        assertTrue(error.toString().contains(says), error.toString());
    }
}
