package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentstream.cli.Main;
import io.agentstream.dev.e2e.deploy.Repository;
import io.agentstream.dev.embedded.ChildJvm;
import io.agentstream.dev.simulator.sandbox.CloudonixSandbox;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An empty broker and an empty database become an installation that takes calls, by the lines of README and operators' page as they stand there: a
/// shell reads them. What a reader has to put in of his own is put in here: addresses, passwords, a broker that is alone. The launcher's build
/// is left out: `./agent-stream` is the class path of this test.
@OwnSystem
@Timeout(180)
final class PublishedCommandsTest {

    private static final String DOMAIN = "acme.cloudonix.net";
    private static final String TOKEN = "a-token-of-the-sandbox-0123456789";
    private static final String OPERATOR_KEY = "an-operators-key-of-the-test-0123456789";
    private static final long LIMIT_S = 60;

    @TempDir
    private Path directory;

    private final List<Process> running = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> own = new HashMap<>();

    @AfterEach
    void endServices() throws Exception {
        for (Process process : running) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private static String document(String name) throws IOException {
        return Files.readString(Repository.root().resolve(name));
    }

    /// The one block of shell in the document that has the words, its lines joined where they go on.
    private static List<String> block(String document, String words) throws IOException {
        return Pattern.compile("```").splitAsStream(document(document))
                .filter(block -> block.startsWith("sh\n") && block.contains(words))
                .findFirst()
                .orElseThrow(() -> new AssertionError(document + " says nothing of " + words))
                .substring("sh\n".length())
                .replaceAll("\\\\\n *", "")
                .lines()
                .toList();
    }

    /// With what is the reader's own.
    private String mine(String line) {
        String text = line;
        for (Map.Entry<String, String> each : own.entrySet()) {
            text = text.replace(each.getKey(), each.getValue());
        }
        return text;
    }

    private Process begin(String script, String output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-ec", mine(script))
                .directory(directory.toFile())
                .redirectOutput(directory.resolve(output).toFile())
                .redirectError(directory.resolve(output + ".err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AGENT_STREAM_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        running.add(process);
        return process;
    }

    /// @return what it wrote
    private String run(String script, String output) throws Exception {
        Process process = begin(script, output);
        assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), script);
        assertEquals(0, process.exitValue(), script + "\n" + Files.readString(directory.resolve(output + ".err")));
        return Files.readString(directory.resolve(output)).strip();
    }

    private void launcher() throws IOException {
        Path launcher = directory.resolve("agent-stream");
        Files.writeString(launcher, "#!/bin/sh\nexec '%s' %s -Xmx256m -cp '%s' %s \"$@\"\n".formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"), String.join(" ", ChildJvm.SHORT_LIVED),
                System.getProperty("java.class.path"), Main.class.getName()));
        assertTrue(launcher.toFile().setExecutable(true));
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean has(String program) {
        return Pattern.compile(":").splitAsStream(System.getenv("PATH")).anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    private static String only(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
        assertTrue(matcher.find(), pattern);
        return matcher.group(1);
    }

    private String at(String port) {
        return "http://127.0.0.1:" + environment.get("AGENT_STREAM_" + port + "_PORT");
    }

    @Test
    void anEmptyInstallationTakesCallsByWhatTheDocumentsSay() throws Exception {
        assumeTrue(has("curl") && has("openssl"), "there is no curl or no openssl here");
        try (Infrastructure infrastructure = Infrastructure.start();
                CloudonixSandbox sandbox = CloudonixSandbox.start("127.0.0.1", 0, Map.of(DOMAIN, TOKEN))) {
            // given
            launcher();
            String password = infrastructure.environment().get("AGENT_STREAM_DATABASE_PASSWORD");
            for (String port : new String[] {"GATEWAY", "GATEWAY_ADMIN", "API", "API_ADMIN", "WORKER"}) {
                environment.put("AGENT_STREAM_" + port + "_PORT", Integer.toString(free()));
            }
            environment.put("AGENT_STREAM_BIND_ADDRESS", "127.0.0.1");
            environment.put("AGENT_STREAM_HANDSHAKE_TIMEOUT", infrastructure.environment().get("AGENT_STREAM_HANDSHAKE_TIMEOUT"));
            environment.put("AGENT_STREAM_CLOUDONIX_API_URL", sandbox.url().toString());
            environment.put("AGENT_STREAM_OPERATOR_KEY", OPERATOR_KEY);
            environment.put("API", at("API"));
            environment.put("PASSWORD", password);
            String gateway = at("GATEWAY").replace("http", "ws");
            own.put("kafka:9092", infrastructure.servers());
            own.put("TOPIC_REPLICATION=3", "TOPIC_REPLICATION=1");
            own.put("jdbc:postgresql://db/agent_stream", infrastructure.environment().get("AGENT_STREAM_DATABASE_URL"));
            own.put("wss://gateway.example.com", gateway);
            own.put("PASSWORD=...", "PASSWORD='" + password + "'");
            environment.put("KEY", run(only("`(openssl rand -base64 32)`", document("README.md")), "key"));

            // when: the services, each in a terminal of its own
            List<String> services = block("README.md", "./agent-stream gateway");
            String exports = String.join("\n", services.stream().filter(line -> line.startsWith("export ")).toList()) + "\n";
            run(exports + services.stream().filter(line -> line.startsWith("./agent-stream topics")).findFirst().orElseThrow(), "topics");
            for (String service : new String[] {"gateway", "orchestrator", "worker"}) {
                begin(exports + services.stream().filter(line -> line.endsWith("./agent-stream " + service)).findFirst().orElseThrow(), service);
            }
            for (String port : new String[] {"GATEWAY_ADMIN", "API_ADMIN", "WORKER"}) {
                Api.awaitReady(at(port));
            }

            // and the tenants: at the command line, and over HTTP
            String tenant = run(String.join("\n", block("docs/operating.md", "./agent-stream tenant create Acme")), "tenant");
            String key = tenant.lines().toList().getLast();
            String made = run(String.join("\n", block("docs/operating.md", "\"owner_email\": ")), "made");
            String changed = run(String.join("\n", block("docs/operating.md", "\"price_per_minute\": ")), "changed");

            // and the account, the agent and the call of the README
            Api api = new Api(at("API"), key);
            String account = only("with `(\\{\"name\": \"Main\".*?\\})`\\.", document("README.md"));
            api.send("POST", "/api/v1/telephony-configurations", account.replace("\"...\"", "\"" + TOKEN + "\""));
            String agent = api.newAgent("{\"engine\":\"echo\"}");
            String url = only("<Stream url=\"([^\"]*)\"/>", document("README.md")).replace("&amp;", "&");
            Ran called = Ran.of(environment, "call", "--url", mine(url).replace("AGENT-UUID", agent), "--seconds", "15"); // the first call of cold processes

            // then
            assertTrue(tenant.matches("(?s)organisation +1 .*"), tenant);
            assertEquals(2, Json.MAPPER.readTree(made).path("id").asInt(), made);
            assertEquals(50, Json.MAPPER.readTree(changed).path("max_concurrent_calls").asInt(), changed);
            assertEquals(0, called.code(), called.out() + called.err());
            assertTrue(called.out().contains("close code 1000"), called.out());
        }
    }
}
