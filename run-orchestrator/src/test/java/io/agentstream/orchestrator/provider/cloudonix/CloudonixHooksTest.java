package io.agentstream.orchestrator.provider.cloudonix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.decide.Tenant;
import io.agentstream.orchestrator.decide.TenantCalls;
import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.orchestrator.store.WarmLegs;
import io.agentstream.runtime.HttpServer;
import io.agentstream.runtime.Secret;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.End;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the provider tells of somebody who is asked whether they take a caller.
@ExtendWith(TestPostgres.class)
final class CloudonixHooksTest {

    private static final Secret TICKET = new Secret("t".repeat(43));
    private static final String HANG_UP = "<Response><Hangup/></Response>";

    private final Database database;
    private final TenantCalls calls;
    private final CallId call;
    private final CloudonixHooks hooks;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    CloudonixHooksTest(Database database) throws InterruptedException {
        database.withConnection(c -> Sql.update(c, "delete from transfers")); // other tests' orders
        this.database = database;
        calls = new TenantCalls(Tenant.create(database));
        call = calls.running("sess-" + UUID.randomUUID());
        calls.asksForWarmTransfer(call, 5, "1-desk", "+15550131");
        long id = database.withConnection(c -> Sql.only(c, "select id from transfers", row -> row.getLong("id")));
        boolean dialled = database.withConnection(c -> WarmLegs.dialling(c, id, ApiKeys.hash(TICKET)));
        assertTrue(dialled);
        hooks = new CloudonixHooks(database, exchange -> exchange.setStatusCode(299).endExchange());
        server = HttpServer.start("127.0.0.1", 0, 1, 1, hooks);
    }

    @AfterEach
    void stop() {
        server.close();
        hooks.close();
        client.close();
    }

    private HttpResponse<String> post(String what, String body) throws IOException, InterruptedException {
        URI base = URI.create("http://127.0.0.1:" + server.port());
        return client.send(
                HttpRequest.newBuilder(URI.create(CloudonixHooks.of(base, TICKET) + what)).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String kept(String column) {
        return database.withConnection(c -> Sql.only(
                c, "select coalesce(" + column + "::text, '') as value from transfers", row -> row.getString("value")));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"Session\":\"leg-1\",\"Digits\":\"1\"}", "[{\"Session\":\"leg-1\",\"Digits\":\"1\"}]", "{\"Session\":\"leg-1\",\"Digits\":1}",
        "Digits=1&Session=leg-1"
    })
    void whoPressesOneIsBroughtToTheRoomAlsoWhenItIsToldTwice(String body) throws Exception {
        String first = post("/key", body).body();

        assertTrue(first.matches("<Response><Dial><Conference [^>]+>t[0-9a-f]{32}n[0-9]+</Conference></Dial><Hangup/></Response>"), first);
        assertEquals(first, post("/key", body).body());
        assertEquals("true", kept("takes"));
        assertEquals("leg-1", kept("leg"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"Digits\":\"2\"}", "{\"Digits\":\"\"}", "{}", "", "[]", "{\"Digits\":[1]}", "%%%=", "{\"Session\":\"../x\",\"Digits\":\"*\"}"})
    void whoPressesAnythingElseIsHungUp(String body) throws Exception {
        assertEquals(HANG_UP, post("/key", body).body());
        assertEquals("false", kept("takes"));
        assertEquals("", kept("leg"));
        assertEquals(HANG_UP, post("/key", "{\"Digits\":\"1\"}").body(), "what was pressed first counts");
    }

    @Test
    void nobodyComesToARoomWhereNobodyWaits() throws Exception {
        calls.ended(call, End.CALLER_HANGUP);

        assertEquals(HANG_UP, post("/key", "{\"Digits\":\"1\"}").body());
        assertEquals("", kept("takes"));
    }

    @Test
    void aChangeSaysWhichSessionItIsAndNothingElse() throws Exception {
        assertEquals(204, post("/status", "{\"token\":\"leg-2\",\"status\":\"busy\"}").statusCode());

        assertEquals("leg-2", kept("leg"));
        assertEquals("", kept("outcome"));
    }

    @Test
    void aTicketThatNobodyWasGivenOpensNothing() throws Exception {
        database.withConnection(c -> Sql.update(c, "update transfers set ticket = null"));

        assertEquals(HANG_UP, post("/key", "{\"Digits\":\"1\"}").body());
        assertEquals("", kept("takes"));
    }

    @Test
    void aStrangersBodyIsNotWaitedFor() throws Exception {
        // given one who begins a request and does not end it
        try (Socket stranger = new Socket("127.0.0.1", server.port())) {
            stranger.setSoTimeout(10_000);
            stranger.getOutputStream().write(("POST " + CloudonixHooks.of(URI.create("http://127.0.0.1"), new Secret("s".repeat(43))).getPath()
                            + "/key HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{")
                    .getBytes(StandardCharsets.US_ASCII));

            // then
            String answer = new String(stranger.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertEquals("HTTP/1.1 200", answer);
        }
    }

    @Test
    void whatHasNotTheFormOfATicketIsNotLookedUpAndOtherPathsAreOthers() throws Exception {
        URI base = URI.create("http://127.0.0.1:" + server.port());
        for (String path : new String[] {"/hooks/cloudonix/transfers/short/key", "/hooks/cloudonix/transfers/" + "t".repeat(43) + "/other"}) {
            assertEquals(404, client.send(
                    HttpRequest.newBuilder(base.resolve(path)).POST(HttpRequest.BodyPublishers.noBody()).build(),
                    HttpResponse.BodyHandlers.discarding()).statusCode());
        }
        assertEquals(299, client.send(
                HttpRequest.newBuilder(base.resolve("/api/v1/agents")).build(), HttpResponse.BodyHandlers.discarding()).statusCode());
    }
}
