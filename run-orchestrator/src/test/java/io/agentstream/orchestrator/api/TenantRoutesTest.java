package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TestPostgres.class)
final class TenantRoutesTest {
    private static final String ORGANIZATION = "/api/v1/organization";
    private static final String ME = "/api/v1/users/me";

    private SampleTenant tenant;
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void showsTheOrganisation() throws Exception {
        // when
        RunningApi.Answer answer = api.get(ORGANIZATION);

        // then
        assertEquals(200, answer.status());
        assertEquals(tenant.organizationId(), answer.get("/id").longValue());
        assertEquals("Sample", answer.get("/name").stringValue());
        assertEquals(10, answer.get("/max_concurrent_calls").intValue());
        assertTrue(answer.get("/created_at").stringValue().endsWith("Z"));
    }

    @Test
    void changesWhatIsSentAndNothingElse() throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"max_concurrent_calls\":3}");

        // then
        assertEquals(200, answer.status());
        assertEquals(3, api.get(ORGANIZATION).get("/max_concurrent_calls").intValue());
        assertEquals("Sample", api.get(ORGANIZATION).get("/name").stringValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"3\"", "1.5", "-1", "1000001", "99999999999999999999", "true", "[]"})
    void refusesALimitThatIsNone(String limit) throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"max_concurrent_calls\":" + limit + "}");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("max_concurrent_calls"), answer.badFields());
    }

    @Test
    void takesANameOfAnyLanguageButNoControlCharacters() throws Exception {
        assertEquals(200, api.send("PATCH", ORGANIZATION, "{\"name\":\"Café 電話 \\ud83d\\ude00\"}").status());
        assertEquals("Café 電話 😀", api.get(ORGANIZATION).get("/name").stringValue());
        assertEquals(400, api.send("PATCH", ORGANIZATION, "{\"name\":\"a\\u0000b\"}").status());
        assertEquals(400, api.send("PATCH", ORGANIZATION, "{\"name\":\"a\\ud83d\"}").status());
    }

    @Test
    void countsTheCharactersOfANameAsPeopleDo() throws Exception {
        assertEquals(200, api.send("PATCH", ORGANIZATION, "{\"name\":\"" + "😀".repeat(200) + "\"}").status());
        assertEquals("😀".repeat(200), api.get(ORGANIZATION).get("/name").stringValue());
        assertEquals(400, api.send("PATCH", ORGANIZATION, "{\"name\":\"" + "😀".repeat(201) + "\"}").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u00a0\u2003", "\u3000"})
    void takesNoNameOfSpaces(String name) throws Exception {
        assertEquals(List.of("name"), api.send("PATCH", ORGANIZATION, "{\"name\":\"" + name + "\"}").badFields());
    }

    @Test
    void hasUnlimitedCreditsUntilTold() throws Exception {
        // when
        RunningApi.Answer answer = api.get(ME);

        // then
        assertTrue(answer.get("/credits").isNull());
        assertEquals(tenant.userId(), answer.get("/id").longValue());
    }

    @ParameterizedTest
    @CsvSource({"0,0.00", "0.1,0.10", "12.5,12.50", "12.3456,12.3456", "99999999999999,99999999999999.00"})
    void keepsCreditsToTheLastPlace(String sent, String shown) throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ME, "{\"credits\":\"" + sent + "\"}");

        // then
        assertEquals(200, answer.status());
        assertEquals(shown, api.get(ME).get("/credits").stringValue());
    }

    @Test
    void makesCreditsUnlimitedWithNullAndKeepsThemWithoutTheField() throws Exception {
        // given
        api.send("PATCH", ME, "{\"credits\":\"5\"}");

        // when
        String kept = api.send("PATCH", ME, "{}").get("/credits").stringValue();
        RunningApi.Answer cleared = api.send("PATCH", ME, "{\"credits\":null}");

        // then
        assertEquals("5.00", kept);
        assertTrue(cleared.get("/credits").isNull());
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "\"-1\"", "\"1e3\"", "\"1.23456\"", "\"\"", "\"NaN\"", "\"1,5\"", "\"999999999999999\"", "{}"})
    void refusesCreditsThatAreNone(String credits) throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ME, "{\"credits\":" + credits + "}");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of("credits"), answer.badFields());
    }
}
