package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import tools.jackson.databind.node.ObjectNode;

/// A client that reads a thing, changes a field and sends the whole back.
@ExtendWith(TestPostgres.class)
final class WholeObjectsTest {
    private SampleTenant tenant;
    @AutoClose
    private RunningApi api;
    private String account;

    @BeforeEach
    void start(Database database) throws Exception {
        tenant = SampleTenant.create(database);
        api = new RunningApi(database, tenant.apiKey());
        account = api.send(
                        "POST",
                        "/api/v1/telephony-configurations",
                        "{\"name\":\"A\",\"provider\":\"cloudonix\",\"credentials\":"
                                + "{\"domain_id\":\"acme\",\"bearer_token\":\"a-token-of-sixteen-and-more\"}}")
                .header("Location");
    }

    private String path(String kind) {
        return switch (kind) {
            case "agent" -> "/api/v1/agents/" + tenant.agentUuid();
            case "configuration" -> account;
            default -> "/api/v1/organization";
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "configuration", "organization"})
    void mayComeBackUnchangedAndThenNothingChanges(String kind) throws Exception {
        // given
        RunningApi.Answer shown = api.get(path(kind));

        // when
        RunningApi.Answer answer = api.send("PATCH", path(kind), shown.body().toString());

        // then
        assertEquals(200, answer.status(), answer.http().body());
        assertEquals(shown.body(), answer.body());
        assertEquals(shown.body(), api.get(path(kind)).body());
    }

    @ParameterizedTest
    @CsvSource({
        "agent,name,New", "configuration,name,New", "organization,name,New"
    })
    void mayComeBackWithOneFieldChanged(String kind, String field, String value) throws Exception {
        // given
        ObjectNode whole = (ObjectNode) api.get(path(kind)).body();

        // when
        RunningApi.Answer answer = api.send("PATCH", path(kind), whole.put(field, value).toString());

        // then
        assertEquals(200, answer.status(), answer.http().body());
        assertEquals(value, answer.get("/" + field).stringValue());
        assertEquals("********more", api.get(account).get("/credentials/bearer_token").stringValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "agent | uuid,draft_version,published_version,stream_url,created_at,updated_at",
                "configuration | id,provider,created_at,updated_at",
                "organization | id,max_concurrent_calls,admissions_per_second,price_per_minute,suspended,created_at,updated_at",
            })
    void areRefusedWhereAFieldDiffersThatCannotBeChanged(String kind, String fields) throws Exception {
        for (String field : List.of(fields.split(",", -1))) {
            // given
            ObjectNode whole = (ObjectNode) api.get(path(kind)).body();

            // when
            RunningApi.Answer answer =
                    api.send("PATCH", path(kind), whole.put(field, "2001-01-01T00:00:00.000Z").toString());

            // then
            assertEquals(400, answer.status());
            assertEquals(List.of(field), answer.badFields());
        }
    }

    @Test
    void mayWriteATimeInAnotherWay() throws Exception {
        // given
        ObjectNode whole = (ObjectNode) api.get(path("organization")).body();
        String shown = whole.path("created_at").stringValue();

        // when
        RunningApi.Answer answer = api.send(
                "PATCH",
                path("organization"),
                whole.put("created_at", shown.replace("Z", "+00:00")).put("id", whole.path("id").longValue()).toString());

        // then
        assertEquals(200, answer.status(), answer.http().body());
    }
}
