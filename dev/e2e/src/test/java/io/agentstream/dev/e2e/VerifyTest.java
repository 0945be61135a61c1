package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.local.LocalSystem;
import io.agentstream.schemas.Topic;
import io.agentstream.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `verify`, as the engineer of a bad call uses it. That all calls of the other tests lead to the same is seen when their systems end.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
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

    @Test
    void aCallOfTheDemoAgentLeadsToTheSame(Path data) throws Exception {
        String run = runOf(data, "--dtmf", "3");

        Ran ran = Ran.verified(data, run);

        assertTrue(ran.out().startsWith(run + ": ") && ran.out().contains(" steps of one worker lead to the same"), ran.out());
        assertTrue(ran.out().contains("the end with 1000 (agent_hangup) is one that the gateway's machine comes to"), ran.out());
    }

    @Test
    void anEchoLeadsToTheSame(LocalSystem system, Path data) throws Exception {
        String run = runOf(data, "--agent", system.demo().echoAgentUuid(), "--seconds", "3");

        assertTrue(Ran.verified(data, run).out().contains("lead to the same"));
    }

    /// What a record of its own takes of a batch on the broker's disk, above its key and value. Frames and replies share theirs, and are counted
    /// without.
    private static final int BATCH_OVERHEAD = 80;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theJournalIsLessThanATwentiethOfACallsBytes(boolean echo, LocalSystem system, Path data) throws Exception {
        // given
        String agent = echo ? system.demo().echoAgentUuid() : system.demo().agentUuid();
        String run = runOf(data, "--agent", agent, "--seconds", "12");
        Ran.verified(data, run);

        // when
        String call = callOf(new Api(system.demo()), agent, run);
        String servers = system.demo().kafkaBootstrapServers();
        long frames = bytes(servers, Topics.CALL_MEDIA, call, 0);
        long replies = bytes(servers, Topics.SOCKET_COMMANDS, call, 0);
        long journal = bytes(servers, Topics.CALL_JOURNAL, call, BATCH_OVERHEAD);

        // then
        System.out.println((echo ? "echo" : "script") + ": journal " + journal + " bytes, frames " + frames + ", replies " + replies);
        assertTrue(journal > 0 && journal < (frames + replies) / 20, journal + " bytes of " + (frames + replies));
    }

    private static String callOf(Api api, String agent, String run) throws Exception {
        for (JsonNode each : api.send("GET", "/api/v1/agents/" + agent + "/runs?limit=500", "").path("items")) {
            if (each.path("name").asString().equals(run)) {
                return each.path("call_id").asString();
            }
        }
        throw new AssertionError("no run " + run);
    }

    private static long bytes(String servers, Topic<?> topic, String call, int overhead) throws Exception {
        return TopicReader.read(servers, topic).stream()
                .filter(each -> new String(each.key(), StandardCharsets.US_ASCII).equals(call) && each.value() != null)
                .mapToLong(each -> each.serializedKeySize() + each.serializedValueSize() + overhead)
                .sum();
    }

    @Test
    void aRunThatIsNotThereIsOneSentence(Path data) {
        Ran ran = Ran.of(Map.of(), "verify", "WR-AGS-00000000", "--data", data.toString());

        assertEquals(1, ran.code());
        assertTrue(ran.err().contains("there is no run 'WR-AGS-00000000'"), ran.err());
    }
}
