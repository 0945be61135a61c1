package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.TestPostgres;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@ExtendWith(TestPostgres.class)
final class UsageRoutesTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final String DAY = "/api/v1/usage?from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z";

    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;

    /// Two that were completed at noon and an hour later, each 90.5 seconds for 0.25, and one that failed.
    @BeforeEach
    void start(Database database) {
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
        SampleTenant.create(database).addRun(database, "completed", NOON);
        tenant.addRun(database, "completed", NOON);
        tenant.addRun(database, "completed", NOON.plusSeconds(3_600));
        tenant.addRun(database, "failed", NOON);
    }

    @Test
    void saysWhatWasUsedByDay() throws Exception {
        // when
        RunningApi.Answer answer = api.get(DAY + "&by=day,agent");

        // then
        assertEquals(1, answer.get("/items").size(), answer.http().body());
        assertEquals(
                "{\"from\":\"2026-01-02T00:00:00.000Z\",\"to\":\"2026-01-03T00:00:00.000Z\",\"agent_uuid\":\"" + tenant.agentUuid()
                        + "\",\"offered\":3,\"admitted\":2,\"refused\":{\"unknown_domain\":1},\"running_peak\":1,\"seconds\":182,"
                        + "\"cost\":\"0.50\"}",
                answer.get("/items/0").toString());
        assertTrue(answer.get("/next_cursor").isNull());
    }

    @Test
    void isAnsweredByPages() throws Exception {
        // given
        List<JsonNode> whole = api.get(DAY + "&by=minute").get("/items").valueStream().toList();
        List<JsonNode> pages = new ArrayList<>();
        String cursor = "";

        // when
        do {
            RunningApi.Answer page = api.get(DAY + "&by=minute&limit=1" + cursor);
            page.get("/items").forEach(pages::add);
            cursor = page.get("/next_cursor").isNull() ? "" : "&cursor=" + page.get("/next_cursor").stringValue();
        } while (!cursor.isEmpty());

        // then
        assertEquals(4, whole.size()); // in each of the two minutes that a call takes
        assertEquals(whole, pages);
    }

    @Test
    void isThatOfTheLastDayByHourWhereNothingIsSaid() throws Exception {
        // when
        RunningApi.Answer answer = api.get("/api/v1/usage");

        // then
        assertEquals(200, answer.status());
        assertEquals(0, answer.get("/items").size());
    }

    @ParameterizedTest
    @CsvSource({
        "by=week,by", "by=agent,by", "from=yesterday,from", "to=2026,to", "limit=0,limit", "cursor=x,cursor", "agent=1,agent",
        "from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z,from",
        "from=2026-01-02T00:00:00Z&to=2026-02-12T00:00:00Z&by=minute,from"
    })
    void namesABadParameter(String query, String field) throws Exception {
        // when
        RunningApi.Answer answer = api.get("/api/v1/usage?" + query);

        // then
        assertEquals(400, answer.status(), answer.http().body());
        assertEquals(List.of(field), answer.badFields());
    }
}
