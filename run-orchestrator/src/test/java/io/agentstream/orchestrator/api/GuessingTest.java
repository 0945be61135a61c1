package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Networks;
import io.agentstream.runtime.Secret;
import java.security.SecureRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class GuessingTest {
    private static final String PATH = "/api/v1/organization";
    private static final int PER_MINUTE = 2;

    private final ApiKeys keys = new ApiKeys(new SecureRandom());
    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        tenant = SampleTenant.create(database);
        Api.Settings plain = ApiSettings.of("ws://x");
        api = new RunningApi(database, tenant.apiKey(), new Api.Settings(
                plain.gatewayUrl(), plain.operatorKey(), plain.pricePerMinute(), Networks.parse("127.0.0.0/8"), PER_MINUTE,
                plain.rates(), plain.patience()));
    }

    private RunningApi.Answer from(String address, Secret key) throws Exception {
        return api.send("GET", PATH, null, "Authorization", "Bearer " + key.reveal(), "X-Forwarded-For", address);
    }

    private void useUp(String address) throws Exception {
        for (int i = 0; i < PER_MINUTE; i++) {
            assertEquals(401, from(address, keys.generate()).status());
        }
    }

    @Test
    void whoTriesTooManyKeysIsToldToComeAgainLater() throws Exception {
        // given
        useUp("192.0.2.1");

        // when
        RunningApi.Answer answer = from("192.0.2.1", keys.generate());

        // then
        assertEquals(429, answer.status());
        int seconds = Integer.parseInt(answer.header("Retry-After"));
        assertTrue(seconds >= 1 && seconds <= 60, answer.header("Retry-After"));
        assertEquals(401, from("192.0.2.2", keys.generate()).status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ags_nonsense", "operator-of-the-tests-0000000000"})
    void countsWhatCannotBeAKeyAndGuessesAtTheOperatorsToo(String key) throws Exception {
        // given
        for (int i = 0; i < PER_MINUTE; i++) {
            api.send("GET", "/api/v1/operator/organizations", null, "Authorization", "Bearer " + key);
        }

        // when
        RunningApi.Answer answer =
                api.send("GET", "/api/v1/operator/organizations", null, "Authorization", "Bearer " + key + "x");

        // then
        assertEquals(429, answer.status());
    }

    @Test
    void aTenantThatSharesAnAddressWithAGuesserDoesNotSufferForIt() throws Exception {
        // given
        from("192.0.2.1", tenant.apiKey());
        useUp("192.0.2.1");

        // when
        RunningApi.Answer answer = from("192.0.2.1", tenant.apiKey());

        // then
        assertEquals(200, answer.status());
        assertEquals(429, from("192.0.2.1", keys.generate()).status());
    }

    @Test
    void whoShowsNoKeyIsNotGuessing() throws Exception {
        for (int i = 0; i < 3 * PER_MINUTE; i++) {
            assertEquals(401, api.send(api.request("GET", PATH, null)).status());
        }
    }
}
