package io.agentstream.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigTest {

    static final List<Key<?>> keys = Keys.ALL;

    @ParameterizedTest
    @FieldSource("keys")
    void everyDefaultPassesItsOwnCheck(Key<?> key) {
        key.defaultText().ifPresent(text -> assertNotNull(key.parse().apply(text)));
    }

    @Test
    void everyKeyHasANameOfItsOwn() {
        Set<String> names = new HashSet<>();
        for (Key<?> key : Keys.ALL) {
            assertTrue(names.add(key.name()) && key.name().matches("[A-Z_0-9]+"), key.name());
        }
    }

    @Test
    void aVariableGoesBeforeTheDefaultOfTheCommandAndThatBeforeTheKeysOwn() throws ConfigException {
        Config config = Config.load(
                Map.of("AGENT_STREAM_API_PORT", "7001"),
                Map.of("AGENT_STREAM_API_PORT", "7002", "AGENT_STREAM_WORKER_PORT", "7003"),
                List.of());

        assertEquals(7001, config.get(Keys.API_PORT));
        assertEquals(7003, config.get(Keys.WORKER_PORT));
        assertEquals(8080, config.get(Keys.GATEWAY_PORT));
    }

    @Test
    void allProblemsAreSaidAtOnceAndSecretsAreNotShown() {
        Map<String, String> environment = Map.of(
                "AGENT_STREAM_GATEWAY_PORT", "70000",
                "AGENT_STREAM_HANDSHAKE_TIMEOUT", "ten",
                "AGENT_STREAM_CREDENTIALS_KEY", "c2VjcmV0",
                "AGENT_STREAM_TLS_KEY", "/key.pem");

        ConfigException e = assertThrows(
                ConfigException.class, () -> Config.load(environment, Map.of(), List.of(Keys.DATABASE_URL)));

        assertEquals(5, e.problems().size(), e.getMessage());
        assertTrue(e.getMessage().contains("AGENT_STREAM_GATEWAY_PORT=70000 is not between 0 and 65535"));
        assertTrue(e.getMessage().contains("AGENT_STREAM_DATABASE_URL is not set"));
        assertTrue(e.getMessage().contains("AGENT_STREAM_CREDENTIALS_KEY is 6 bytes long, not 32"));
        assertTrue(e.getMessage().contains("set both or neither"));
        assertFalse(e.getMessage().contains("c2VjcmV0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "hunter2-0123456789-0123456789-0", "hunter2 with spaces 0123456789 0123456789", "hunter2-ä-0123456789-0123456789-01"})
    void anOperatorsKeyThatCanBeGuessedOrNotSentIsRefusedAndNotShown(String key) {
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> Config.load(Map.of("AGENT_STREAM_OPERATOR_KEY", key), Map.of(), List.of()));

        assertTrue(e.getMessage().contains("AGENT_STREAM_OPERATOR_KEY is not 32 to 200"), e.getMessage());
        assertFalse(e.getMessage().contains("hunter2"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "DATABASE_URL, jdbc:postgresql://db/agents?password=hunter2 and more",
        "DATABASE_URL, postgres://agents:hunter2@db/agents",
        "DATABASE_URL, jdbc:mysql://db/agents?password=hunter2",
        "CLOUDONIX_API_URL, ftp://user:hunter2@api.example.com",
        "PUBLIC_GATEWAY_URL, ws://host/hunter2 x",
        "TLS_KEY, -----BEGIN PRIVATE KEY----- hunter2",
        "CREDENTIALS_KEY, hunter2",
    })
    void aWrongValueThatMayHoldASecretIsNotRepeated(String name, String value) {
        Map<String, String> environment = Map.of("AGENT_STREAM_" + name, value, "AGENT_STREAM_WORKER_PORT", "x");

        ConfigException e = assertThrows(ConfigException.class, () -> Config.load(environment, Map.of(), List.of()));

        StringWriter everything = new StringWriter();
        e.printStackTrace(new PrintWriter(everything));
        assertFalse(everything.toString().contains("hunter2"), everything.toString());
    }

    @Test
    void ofSeveralCredentialsKeysTheFirstIsTheNewest() throws ConfigException {
        String newest = Base64.getEncoder().encodeToString(new byte[32]);
        String older = Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

        Config config = Config.load(Map.of("AGENT_STREAM_CREDENTIALS_KEY", newest + " , " + older), Map.of(), List.of());

        CredentialsKeys keys = config.get(Keys.CREDENTIALS_KEY);
        assertEquals(newest, keys.newest().reveal());
        assertEquals(List.of(new Secret(older)), keys.older());
        assertFalse(keys.toString().contains(newest) || keys.toString().contains(older));
    }

    @ParameterizedTest
    @ValueSource(strings = {",", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,AAAA"})
    void oneBadCredentialsKeyOfSeveralIsAProblem(String value) {
        Map<String, String> environment = Map.of("AGENT_STREAM_CREDENTIALS_KEY", value);

        assertThrows(ConfigException.class, () -> Config.load(environment, Map.of(), List.of()));
    }

    @Test
    void aGatewayWithoutASlotIsFreeToChoose() throws ConfigException {
        assertEquals(Optional.empty(), Config.load(Map.of(), Map.of(), List.of()).find(Keys.GATEWAY_SLOT));
    }

    @Test
    void aCallIsNotLostBeforeItCouldSayThatItIsAlive() {
        Map<String, String> environment = Map.of("AGENT_STREAM_CALL_LOST_AFTER", "10s");

        ConfigException e = assertThrows(ConfigException.class, () -> Config.load(environment, Map.of(), List.of()));

        assertTrue(e.getMessage().contains("less than three times"), e.getMessage());
    }

    @Test
    void aCallIsNotGivenUpBeforeAnotherWorkerCouldTakeIt() {
        Map<String, String> environment = Map.of("AGENT_STREAM_CONVERSATION_TIMEOUT", "6s");

        ConfigException e = assertThrows(ConfigException.class, () -> Config.load(environment, Map.of(), List.of()));

        assertTrue(e.getMessage().contains("session timeout"), e.getMessage());
    }

    @Test
    void otherKafkaVariablesAreKafkasOwn() throws ConfigException {
        Config config = Config.load(
                Map.of("AGENT_STREAM_KAFKA_SECURITY_PROTOCOL", "SASL_SSL", "AGENT_STREAM_KAFKA_PORT", "1"),
                Map.of(),
                List.of());

        assertEquals(Map.of("security.protocol", "SASL_SSL"), config.kafkaProperties());
    }

    @Test
    void unknownVariablesAreFound() {
        assertEquals(
                List.of("AGENT_STREAM_GATEWAY_PROT", "AGENT_STREAM_KAFKA_SECURTIY_PROTOCOL"),
                Config.unknownVariables(Map.of(
                        "AGENT_STREAM_GATEWAY_PROT", "1", "AGENT_STREAM_JAVA_OPTS", "", "AGENT_STREAM_KAFKA_SASL_MECHANISM", "",
                        "AGENT_STREAM_KAFKA_SECURTIY_PROTOCOL", "", "PATH", "")));
    }

    @ParameterizedTest
    @CsvSource({"0ms, PT0S", "200ms, PT0.2S", "10s, PT10S", "5m, PT5M", "24h, PT24H", "7d, PT168H"})
    void readsDurationsAsPeopleWriteThem(String text, Duration expected) {
        assertEquals(expected, Durations.parse(text));
        assertEquals(expected, Durations.parse(Durations.format(expected)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "-1s", "1.5s", "10 s", "s", "99999999999s"})
    void refusesWhatIsNoDuration(String text) {
        assertThrows(IllegalArgumentException.class, () -> Durations.parse(text));
    }

    @Test
    void aSecretDoesNotPrint() throws ConfigException {
        Config config = Config.load(Map.of("AGENT_STREAM_DATABASE_PASSWORD", "hunter2"), Map.of(), List.of());

        assertEquals("hunter2", config.get(Keys.DATABASE_PASSWORD).reveal());
        assertFalse(config.get(Keys.DATABASE_PASSWORD).toString().contains("hunter2"));
    }

    @Test
    void keysOfServicesAreReadByName() throws ConfigException {
        Config config = Config.load(Map.of("AGENT_STREAM_SERVICE_KEYS", "openai=sk-1, deepgram = a=b="), Map.of(), List.of());

        assertEquals(Map.of("openai", new Secret("sk-1"), "deepgram", new Secret("a=b=")), config.get(Keys.SERVICE_KEYS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-1", "=sk-1", "a=", "a=sk-1,a=sk-2", "a=sk-1,"})
    void whatIsNoListOfKeysIsRefusedWithoutQuotingIt(String text) {
        ConfigException e = assertThrows(
                ConfigException.class, () -> Config.load(Map.of("AGENT_STREAM_SERVICE_KEYS", text), Map.of(), List.of()));

        assertFalse(String.valueOf(e.getMessage()).contains("sk-"));
    }
}
