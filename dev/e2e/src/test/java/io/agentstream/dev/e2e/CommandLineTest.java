package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.e2e.deploy.Repository;
import io.agentstream.dev.local.LocalSystem;
import java.net.ServerSocket;
import java.nio.file.Files;
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

/// The one entry point, as a person at a terminal and a script around it see it.
@ExtendWith(SharedSystem.class)
@ResourceLock(value = SharedSystem.NAME, mode = ResourceAccessMode.READ)
@Order(Turn.SHARED)
final class CommandLineTest {

    private static final int OK = 0;
    private static final int FAULT = 1;
    private static final int USAGE = 2;
    private static final int CONFIG = 78;

    private static Ran run(Map<String, String> environment, String... arguments) {
        return Ran.of(environment, arguments);
    }

    @Test
    void helpNamesEveryCommand() {
        Ran help = run(Map.of(), "--help");

        assertEquals(OK, help.code());
        for (String command : new String[] {"up", "call", "gateway", "orchestrator", "worker", "topics", "tenant", "doctor", "audit", "verify", "runs", "tail", "replay", "re-encrypt"}) {
            assertTrue(help.out().lines().anyMatch(line -> line.strip().startsWith(command + " ")), command + " in " + help.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "call", "gateway", "orchestrator", "worker", "topics", "tenant", "doctor", "audit", "verify", "runs", "tail", "replay", "re-encrypt"})
    void everyCommandHasHelp(String command) {
        Ran help = run(Map.of(), command, "--help");

        assertEquals(OK, help.code(), help.err());
        assertTrue(help.out().contains("agent-stream " + command), help.out());
    }

    @Test
    void theHelpOfCallNamesItsOptions() {
        String help = run(Map.of(), "call", "--help").out();

        for (String option : new String[] {
            "--data", "--agent", "--say", "--wav", "--dtmf", "--scenario", "--seconds", "--save", "--count", "--rate", "--url", "--kill-worker-at",
            "--assistant"
        }) {
            assertTrue(help.contains(option), option);
        }
    }

    @Test
    void theVersionIsOneLine() {
        Ran version = run(Map.of(), "--version");

        assertEquals(OK, version.code());
        assertTrue(version.out().strip().matches("agent-stream \\d+\\.\\d+\\.\\d+.*"), version.out());
    }

    @Test
    void theVersionIsTheOneOfTheBuild() throws Exception {
        String pom = Files.readString(Repository.root().resolve("pom.xml"));
        Matcher version = Pattern.compile("<version>([^<]+)</version>").matcher(pom);
        assertTrue(version.find());

        Ran said = run(Map.of(), "--version");

        assertEquals("agent-stream " + version.group(1), said.out().strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dial", "--loud", "call --count 0", "call --rate fast", "call --dtmf x", "call --url http://h/",
        "call --say hello --wav hello.wav", "topics --chekc", "call --agent x", "call --agent 1-1-1-1-1", "call --count many",
        "call --count 99999999999", "call --rate NaN", "call --seconds 0", "call --seconds", "call --url ::", "call --url ws:h",
        "call --url ws://h:99999/", "call --wav nowhere.wav", "call --kill-worker-at soon", "call --assistant --url ws://h/",
        "call --kill-worker-at 0s", "call --kill-worker-at 5s --count 2", "call --wav /", "call --save nowhere/reply.wav", "call --save /",
        "call now", "up --data /dev/null", "up --data /dev/null/x", "up --fresh=perhaps", "topics --check=perhaps",
        "tenant create", "tenant create Acme", "tenant create Acme --owner nobody", "tenant create Acme --owner a@b --max-calls -1",
        "tenant create --owner a@b \u00a0", "tenant key", "tenant key x", "tenant key 1 --scope all", "tenant lists", "tenant list --data",
        "bench --calls x", "bench --calls 0", "bench --only x", "bench --jvm", "bench --svg /dev/null",
        "bench --svg /dev/null/plots", "bench kills --kills 0 --stops 0", "bench kills --calls 0",
        "audit", "audit --since soon", "replay 1 --transcript --json", "replay --file x --transcript --from banana",
        "replay 1 --wav a.wav --from 5", "replay --file /dev/null --wav /dev/null", "replay 1 --follow --transcript",
        "audit --since 1h --until 2h", "audit --since 2026-13-01", "audit --since 1h --settled x"})
    void aCommandLineThatMakesNoSenseIsExplainedInASentence(String line) {
        Ran nonsense = run(Map.of(), line.split(" "));

        assertEquals(USAGE, nonsense.code());
        assertTrue(nonsense.err().startsWith("agent-stream"), nonsense.err());
        assertTrue(nonsense.err().strip().lines().count() <= 3, nonsense.err());
        assertFalse(nonsense.err().matches("(?s).*(java\\.|Exception).*"), nonsense.err());
        assertEquals("", nonsense.out());
    }

    @Test
    void everythingThatIsWrongWithTheConfigurationIsSaidAtOnce() {
        Ran wrong = run(
                Map.of("AGENT_STREAM_GATEWAY_PORT", "eighty", "AGENT_STREAM_HANDSHAKE_TIMEOUT", "soon",
                        "AGENT_STREAM_CREDENTIALS_KEY", "c2VjcmV0"),
                "gateway");

        assertEquals(CONFIG, wrong.code());
        for (String key : new String[] {
            "AGENT_STREAM_GATEWAY_PORT", "AGENT_STREAM_HANDSHAKE_TIMEOUT", "AGENT_STREAM_CREDENTIALS_KEY",
            "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS"
        }) {
            assertTrue(wrong.err().contains(key), key + " in " + wrong.err());
        }
        assertTrue(!wrong.err().contains("c2VjcmV0"), "a secret on the terminal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orchestrator", "worker", "topics", "up", "tenant list", "audit --since 1h"})
    void everyCommandRefusesAWrongConfiguration(String command) throws Exception {
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "cli-");
        try (Afterwards _ = Afterwards.delete(directory)) {
            Map<String, String> environment = Map.of("AGENT_STREAM_KAFKA_PORT", "-1");

            Ran wrong = command.equals("up")
                    ? run(environment, command, "--data", directory.toString())
                    : run(environment, command.split(" "));

            assertEquals(CONFIG, wrong.code(), wrong.err());
            assertTrue(wrong.err().contains("AGENT_STREAM_KAFKA_PORT"), wrong.err());
        }
    }

    @Test
    void aFileThatTheConfigurationNamesAndThatIsNotThereIsToldTheSameWay() {
        Ran wrong = run(
                Map.of("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1", "AGENT_STREAM_GATEWAY_PORT", "0",
                        "AGENT_STREAM_GATEWAY_ADMIN_PORT", "0",
                        "AGENT_STREAM_TLS_CERTIFICATE", "nowhere/certificate.pem", "AGENT_STREAM_TLS_KEY", "nowhere/key.pem"),
                "gateway");

        assertEquals(CONFIG, wrong.code(), wrong.err());
        assertTrue(wrong.err().contains("there is no file nowhere/certificate.pem"), wrong.err());
    }

    @Test
    void topicsAreThereAndCheckAgrees(LocalSystem system) {
        Map<String, String> environment = kafkaOf(system, "4");

        Ran create = run(environment, "topics");
        Ran check = run(environment, "topics", "--check");

        assertEquals(OK, create.code(), create.err());
        assertEquals(OK, check.code(), check.err());
        assertTrue(check.out().contains("call.lifecycle.v1"), check.out());
    }

    @Test
    void topicsThatDifferAreRefusedWithWhatDiffers(LocalSystem system) {
        Map<String, String> environment = kafkaOf(system, "7");

        Ran create = run(environment, "topics");
        Ran check = run(environment, "topics", "--check");

        assertEquals(FAULT, create.code());
        assertEquals(FAULT, check.code());
        assertTrue(check.err().contains("call.media.v1 has partitions 4, expected 7"), check.err());
    }

    @Test
    void aCallOnTheRunningSystemIsToldInFull(Path data) {
        Ran call = run(Map.of(), "call", "--data", data.toString(), "--dtmf", "3");

        assertEquals(OK, call.code(), call.out() + call.err());
        assertTrue(call.out().matches("(?s).*WR-AGS-[0-9]{8}.*"), call.out());
        assertTrue(call.out().contains("close code 1000"), call.out());
        assertTrue(call.out().contains("agent_hangup"), call.out());
        assertTrue(call.out().contains("Hello, and welcome"), call.out());
        assertTrue(call.out().contains("pressed 3"), call.out());
        assertTrue(call.out().contains("first reply frame after"), call.out());
    }

    @Test
    void aCallIsFoundByWhatWasSaidInIt(Path data) throws Exception {
        // given
        Ran call = run(Map.of(), "call", "--data", data.toString(), "--dtmf", "3");
        String name = call.out().replaceFirst("(?s).*?(WR-AGS-[0-9]{8}).*", "$1");

        // when
        String line = Wait.until("found by its words", () -> {
            Ran runs = run(Map.of(), "runs", "--data", data.toString(), "--text", "\"welcome to agent stream\"", "--since", "1h", "--limit", "500");
            return runs.out().lines().dropWhile(each -> !each.contains(name)).skip(1).findFirst();
        });

        // then
        assertTrue(line.matches(" +0:[0-9]{2}  agent   Hello, and welcome to agent stream.*"), line);
        Ran json = run(Map.of(), "runs", "--data", data.toString(), "--text", "welcome", "--json", "--limit", "1");
        assertEquals(1, json.out().lines().count());
        assertTrue(json.out().contains("\"snippet\":\"Hello, and welcome "), json.out());
        Ran none = run(Map.of(), "runs", "--data", data.toString(), "--text", "supercalifragilistic");
        assertEquals("No run is like that.", none.err().strip());
    }

    @Test
    void runsOfASystemThatIsNotThereSayHowToStartOne() throws Exception {
        // when
        Ran runs = run(Map.of(), "runs", "--data", "/nowhere/at/all");

        // then
        assertEquals(FAULT, runs.code());
        assertTrue(runs.err().contains("./agent-stream up --data /nowhere/at/all"), runs.err());
    }

    @Test
    void theEchoAgentIsMeasured(LocalSystem system, Path data) {
        Ran call = run(
                Map.of(), "call", "--data", data.toString(), "--agent", system.demo().echoAgentUuid(), "--seconds", "2");

        assertEquals(OK, call.code(), call.out() + call.err());
        assertTrue(call.out().contains("0 out of order"), call.out());
    }

    @Test
    void whereNobodyHasGivenAKeyThereIsNoAssistantAndItIsSaidHowToHaveOne(Path data) {
        Ran call = run(Map.of(), "call", "--data", data.toString(), "--assistant");

        assertEquals(FAULT, call.code(), call.out());
        assertTrue(call.err().contains("AGENT_STREAM_SERVICE_KEYS=openai="), call.err());
    }

    @Test
    void aRefusedCallIsAFailure(LocalSystem system) {
        Ran call = run(
                Map.of(), "call", "--url",
                system.demo().streamUrl().replace(system.demo().agentUuid(), "00000000-0000-4000-8000-000000000000"));

        assertEquals(FAULT, call.code());
        assertTrue(call.out().contains("Workflow not found"), call.out());
    }

    @Test
    void nothingIsNotWhatACallerSays() {
        Ran call = run(Map.of(), "call", "--say", "");

        assertEquals(USAGE, call.code(), call.out());
        assertTrue(call.err().contains("--say takes words"), call.err());
    }

    @Test
    void helpIsACommandToo() {
        Ran help = run(Map.of(), "help");

        assertEquals(OK, help.code(), help.err());
        assertTrue(help.out().contains("Commands:"), help.out());
    }

    @Test
    void aCallToASystemThatWasStoppedSaysHowToStartIt() throws Exception {
        // given
        int nobodys;
        try (ServerSocket taken = new ServerSocket(0)) {
            nobodys = taken.getLocalPort();
        }

        // when
        Ran call = run(Map.of(), "call", "--url", "ws://127.0.0.1:" + nobodys + "/secret");

        // then
        assertEquals(FAULT, call.code());
        assertTrue(call.err().contains("ws://127.0.0.1:" + nobodys), call.err());
        assertFalse((call.out() + call.err()).contains("secret") || call.out().contains("-1"), call.out() + call.err());
    }

    @Test
    void aKafkaWhoseNameNobodyKnowsIsSaidWithTheVariable() {
        Ran topics = run(Map.of("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "kafka.invalid:9092"), "topics");

        assertEquals(CONFIG, topics.code(), topics.err());
        assertTrue(topics.err().contains("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS=kafka.invalid:9092"), topics.err());
    }

    @Test
    void aDatabaseWhoseNameNobodyKnowsIsSaidWithItsName() {
        Ran list = run(Map.of("AGENT_STREAM_DATABASE_URL", "jdbc:postgresql://db.invalid/x"), "tenant", "list");

        assertEquals(FAULT, list.code(), list.err());
        assertTrue(list.err().contains("db.invalid"), list.err());
    }

    @Test
    void aCallWithoutASystemSaysHowToStartOne() throws Exception {
        Path nowhere = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "cli-");
        try (Afterwards _ = Afterwards.delete(nowhere)) {
            Ran call = run(Map.of(), "call", "--data", nowhere.toString());

            assertEquals(FAULT, call.code());
            assertTrue(call.err().contains("./agent-stream up"), call.err());
        }
    }

    private static Map<String, String> kafkaOf(LocalSystem system, String partitions) {
        return Map.of(
                "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", system.demo().kafkaBootstrapServers(),
                "AGENT_STREAM_CALL_PARTITIONS", partitions,
                "AGENT_STREAM_GATEWAY_SLOTS", "4");
    }
}
