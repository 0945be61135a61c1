package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(TestPostgres.class)
final class TenantRoutesTest {
    private static final String ORGANIZATION = "/api/v1/organization";
    private static final String ME = "/api/v1/users/me";

    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;

    @BeforeEach
    void start(Database database) {
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
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
    void keepsThingsAsLongAsItsAdminSaysAndOtherwiseAsLongAsTheInstallation() throws Exception {
        // given
        api.send("PATCH", ORGANIZATION, "{\"retention\":{\"media_hours\":0,\"run_days\":30}}");

        // when
        RunningApi.Answer answer =
                api.send("PATCH", ORGANIZATION, "{\"retention\":{\"media_hours\":null,\"transcript_days\":7}}");

        // then
        assertEquals(200, answer.status());
        JsonNode retention = api.get(ORGANIZATION).get("/retention");
        assertTrue(retention.path("media_hours").isNull());
        assertEquals(7, retention.path("transcript_days").intValue());
        assertEquals(30, retention.path("run_days").intValue());
        assertEquals("Sample", answer.get("/name").stringValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"media_hours\":-1} | retention.media_hours",
                "{\"transcript_days\":36501} | retention.transcript_days",
                "{\"run_days\":\"7\"} | retention.run_days",
                "{\"days\":7} | retention.days",
                "7 | retention",
            })
    void refusesARetentionThatIsNone(String retention, String field) throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"retention\":" + retention + "}");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
    }

    @ParameterizedTest
    @CsvSource({"max_concurrent_calls,1000", "admissions_per_second,1000", "price_per_minute,null", "suspended,true"})
    void cannotSayItselfWhatItIsAllowedAndWhatItPays(String field, String value) throws Exception {
        // given
        JsonNode before = api.get(ORGANIZATION).body();

        // when
        RunningApi.Answer answer = api.send("PATCH", ORGANIZATION, "{\"" + field + "\":" + value + "}");

        // then
        assertEquals(400, answer.status());
        assertEquals(List.of(field), answer.badFields());
        assertEquals(before, api.get(ORGANIZATION).body());
    }

    @Test
    void cannotGiveItsUsersCredits() throws Exception {
        // when
        RunningApi.Answer answer = api.send("PATCH", ME, "{\"credits\":\"1000.00\"}");

        // then
        assertEquals(405, answer.status());
        assertTrue(api.get(ME).get("/credits").isNull());
    }

    @Test
    void showsThePriceThatItPays() throws Exception {
        // given
        String whatAllPay = api.get(ORGANIZATION).get("/price_per_minute").stringValue();
        api.operator("PATCH", "/api/v1/operator/organizations/" + tenant.organizationId(), "{\"price_per_minute\":\"0.0525\"}");

        // when
        RunningApi.Answer answer = api.get(ORGANIZATION);

        // then
        assertEquals("0.10", whatAllPay);
        assertEquals("0.0525", answer.get("/price_per_minute").stringValue());
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
}
