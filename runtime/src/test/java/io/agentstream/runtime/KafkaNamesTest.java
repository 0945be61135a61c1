package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class KafkaNamesTest {

    private static Config config(String servers) throws ConfigException {
        return Config.load(Map.of("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", servers), Map.of(), List.of());
    }

    @Test
    void aNameThatNobodyKnowsIsSaidWithItsVariable() throws Exception {
        Config config = config("kafka.invalid:9092");

        ConfigException wrong = assertThrows(ConfigException.class, () -> KafkaNames.require(config));

        assertTrue(wrong.getMessage().startsWith("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS=kafka.invalid:9092 "), wrong.getMessage());
    }

    @Test
    void oneKnownNameIsEnough() throws Exception {
        KafkaNames.require(config("kafka.invalid:9092,127.0.0.1:1"));
    }

    @Test
    void aServiceWaitsForANameUntilItIsToldToStop() throws Exception {
        // given
        StopBarrier barrier = new StopBarrier();
        barrier.stop();

        // when
        KafkaNames.await(config("kafka.invalid:9092"), barrier);

        // then it came back, and nothing was wrong with the configuration
        assertTrue(barrier.fault().isEmpty());
    }

    @Test
    void whatIsNoAddressIsNotWaitedFor() {
        int code = assertDoesNotWait("kafka");

        assertEquals(ServiceMain.EXIT_CONFIG, code);
    }

    private static int assertDoesNotWait(String servers) {
        try {
            return ServiceMain.run(
                    "test", Map.of("AGENT_STREAM_KAFKA_BOOTSTRAP_SERVERS", servers), List.of(), (config, barrier) -> () -> {}, System.err);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
