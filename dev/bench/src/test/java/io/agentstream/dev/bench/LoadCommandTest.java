package io.agentstream.dev.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LoadCommandTest {

    private record Run(int code, String error) {}

    private static Run run(String... arguments) {
        StringWriter error = new StringWriter();
        int code = new CommandLine(new LoadCommand()).setErr(new PrintWriter(error)).execute(arguments);
        return new Run(code, error.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:1/, --url takes an address such as ws://",
        "127.0.0.1:8080, --url",
        "ws:, --url",
        "'ws://a b/', --url is no address",
    })
    void anAddressThatIsNoneIsSaid(String url, String says) {
        Run run = run("--url", url);

        assertEquals(2, run.code());
        assertTrue(run.error().contains(says), run.error());
    }

    @ParameterizedTest
    @CsvSource({
        "--frames, ogg, '--frames takes twilio or mulaw-binary, not ogg'",
        "--match, nearly, '--match takes exact or tolerant, not nearly'",
        "--header, 'no colon', --header takes",
        "--header, 'a b: c', --header takes",
        "--seconds, 0, --seconds takes",
        "--calls, 0, a load needs calls",
        "--tick, 3, --tick takes",
        "--tick, 0, --tick takes",
        "--threads, 0, --threads takes",
        "--json, /nowhere/at/all.json, '--json: there is no directory /nowhere/at'",
        "--pid, 2147483647, '--pid: there is no process 2147483647'",
    })
    void aWrongValueIsSaidInASentence(String option, String value, String says) {
        Run run = run("--url", "ws://127.0.0.1:1/", option, value);

        assertEquals(2, run.code());
        assertTrue(run.error().contains(says), run.error());
    }

    @Test
    void theUrlIsAskedFor() {
        assertTrue(run().error().contains("--url"));
    }
}
