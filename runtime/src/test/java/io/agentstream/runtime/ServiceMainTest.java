package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The exit codes are part of the contract: 0 for a stop, 78 for a configuration that cannot be used, 1 for a fault.
final class ServiceMainTest {

    private static int run(Map<String, String> environment, ServiceMain.Launcher launcher) throws InterruptedException {
        return ServiceMain.run("test", environment, List.of(), launcher, System.err);
    }

    @Test
    void aStopIsNoFault() throws Exception {
        int code = run(Map.of(), (config, barrier) -> {
            barrier.stop();
            return () -> {};
        });

        assertEquals(0, code);
    }

    @Test
    void aWrongValueIsAFaultOfTheConfiguration() throws Exception {
        assertEquals(78, run(Map.of("AGENT_STREAM_API_PORT", "x"), (config, barrier) -> () -> {}));
    }

    @Test
    void aPropertyThatKafkasClientsDoNotTakeIsAFaultOfTheConfigurationToo() throws Exception {
        Map<String, String> environment = Map.of(
                "AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                "AGENT_STREAM_KAFKA_SECURITY_PROTOCOL", "CARRIER_PIGEON");

        int code = run(environment, (config, barrier) -> new KafkaClients(config).admin("test"));

        assertEquals(78, code);
    }

    @Test
    void aPortThatIsTakenIsToldInASentenceWithItsVariable() throws Exception {
        // given
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            // when
            int code = ServiceMain.run(
                    "test", Map.of("AGENT_STREAM_WORKER_PORT", port), List.of(),
                    (config, barrier) -> {
                        HttpServer server = HttpServer.start("127.0.0.1", config.get(Keys.WORKER_PORT), 1, 1, exchange -> {});
                        return server;
                    },
                    new PrintStream(said, true, StandardCharsets.UTF_8));

            // then
            String words = said.toString(StandardCharsets.UTF_8);
            assertEquals(1, code);
            assertEquals(1, words.lines().count(), words);
            assertTrue(words.contains("127.0.0.1:" + port + ": the port is taken") && words.contains("AGENT_STREAM_WORKER_PORT"), words);
        }
    }

    @Test
    void aPartThatBreaksOrDoesNotStartIsAFault() throws Exception {
        int broke = run(Map.of(), (config, barrier) -> {
            barrier.fault(new IllegalStateException("broken on purpose"));
            return () -> {};
        });
        int notStarted = run(Map.of(), (config, barrier) -> {
            throw new IllegalStateException("not started on purpose");
        });

        assertEquals(List.of(1, 1), List.of(broke, notStarted));
    }
}
