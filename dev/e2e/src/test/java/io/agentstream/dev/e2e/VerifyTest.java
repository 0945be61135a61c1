package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `verify`, as the engineer of a bad call uses it. That all calls of the other tests lead to the same is seen when their systems end.
@ExtendWith(SharedSystem.class)
final class VerifyTest {

    private static final Pattern NAME = Pattern.compile("WR-AGS-\\d{8}");

    private static String runOf(Path data, String... options) {
        String[] words = new String[options.length + 3];
        words[0] = "call";
        words[1] = "--data";
        words[2] = data.toString();
        System.arraycopy(options, 0, words, 3, options.length);
        Ran called = Ran.of(Map.of(), words);
        Matcher name = NAME.matcher(called.out());
        assertTrue(name.find(), called.out() + called.err());
        return name.group();
    }

    /// The journal's last batch may still be on its way.
    private static Ran verified(Path data, String run) throws Exception {
        return Wait.until("the whole journal of " + run, () -> {
            Ran ran = Ran.of(Map.of(), "verify", run, "--data", data.toString());
            return Wait.when(ran.code() == 0).map(yes -> ran);
        });
    }

    @Test
    void aCallOfTheDemoAgentLeadsToTheSame(Path data) throws Exception {
        String run = runOf(data, "--dtmf", "3");

        Ran ran = verified(data, run);

        assertTrue(ran.out().startsWith(run + ": ") && ran.out().contains(" steps of one worker lead to the same"), ran.out());
        assertTrue(ran.out().contains("the end with 1000 (agent_hangup) is one that the gateway's machine comes to"), ran.out());
    }

    @Test
    void anEchoLeadsToTheSame(LocalSystem system, Path data) throws Exception {
        String run = runOf(data, "--agent", system.demo().echoAgentUuid(), "--seconds", "3");

        assertTrue(verified(data, run).out().contains("lead to the same"));
    }

    @Test
    void aRunThatIsNotThereIsOneSentence(Path data) {
        Ran ran = Ran.of(Map.of(), "verify", "WR-AGS-00000000", "--data", data.toString());

        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("there is no run 'WR-AGS-00000000'"), ran.err());
    }
}
