package io.agentstream.orchestrator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.SampleTenant;
import io.agentstream.orchestrator.store.Sql;
import io.agentstream.orchestrator.store.TestPostgres;
import io.agentstream.runtime.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// However much a tenant has, and however slowly it reads, an answer takes a bounded share of this process.
@ExtendWith(TestPostgres.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ResponseBoundsTest {
    /// The largest row of what is made here, and the page's frame.
    private static final int MAX_ROW_BYTES = 70_000;

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String NDJSON = "application/x-ndjson";

    private SampleTenant tenant;
    private SampleTenant other;
    @AutoClose
    private RunningApi api;
    private long run;
    private long webhook;

    @BeforeAll
    void fill(Database database) {
        tenant = SampleTenant.create(database);
        other = SampleTenant.create(database);
        run = tenant.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        other.addRun(database, "completed", Instant.parse("2026-01-02T12:00:00Z"));
        api = new RunningApi(database, tenant.apiKey(), PATIENCE);
        long organization = tenant.organizationId();
        webhook = database.inTransaction(connection -> {
            for (String statement : List.of(
                    """
                    insert into users (organization_id, email)
                    select $, 'u' || n || repeat('x', 300) || '@example.com' from generate_series(1, 600) n
                    """,
                    """
                    insert into api_keys (user_id, key_hash, prefix, name, scope)
                    select id, sha256((id || 'bounds')::bytea), 'ags_', repeat('€', 200), 'read' from users
                     where organization_id = $ and email like 'u%'
                    """,
                    """
                    insert into agents (organization_id, owner_user_id, name, template_context_variables)
                    select $, min(id), repeat('€', 200), jsonb_build_object('v', repeat('x', 20000))
                      from users, generate_series(1, 600) n where organization_id = $ group by n
                    """,
                    """
                    insert into agent_versions (agent_id, number, status, definition)
                    select id, n, case n when 600 then 'draft' else 'archived' end, jsonb_build_object('engine', 'echo', 'x', repeat('x', 30000))
                      from agents a, generate_series(case a.template_context_variables when '{}' then 2 else 600 end, 600) n
                     where organization_id = $
                    """,
                    """
                    insert into telephony_configurations (organization_id, name, provider, domain)
                    select $, repeat('€', 200), 'cloudonix', 'd' || n || '.example.com' from generate_series(1, 600) n
                    """,
                    """
                    insert into service_keys (organization_id, name, key, key_id)
                    select $, 'k' || n, 'sealed'::bytea, 'k' from generate_series(1, 600) n
                    """,
                    """
                    insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, state,
                                      initial_context, gateway_slot, created_at, started_at, ended_at)
                    select gen_random_uuid(), r.organization_id, r.agent_id, r.owner_user_id, 1, r.mode, r.call_type, 'completed',
                           jsonb_build_object('provider', 'cloudonix', 'x', repeat('x', 20000)), 0,
                           r.created_at + n * interval '1 minute', r.created_at + n * interval '1 minute',
                           r.created_at + n * interval '1 minute'
                      from runs r, generate_series(1, 600) n where organization_id = $
                    """,
                    """
                    insert into run_events (run_id, at, type, payload)
                    select min(id), now(), 'words', jsonb_build_object('x', repeat('x', 60000))
                      from runs, generate_series(1, 600) n where organization_id = $ group by n
                    """,
                    """
                    insert into ledger (organization_id, user_id, kind, amount, balance, reference)
                    select $, min(id), 'correction', 1, null, repeat('€', 200)
                      from users, generate_series(1, 600) n where organization_id = $ group by n
                    """,
                    """
                    insert into audit_log (organization_id, actor, action, thing_kind, thing_id, old_values, new_values)
                    select $, 'operator', 'thing.changed', 'thing', n::text, jsonb_build_object('x', repeat('x', 9000)), '{}'
                      from generate_series(1, 600) n
                    """,
                    """
                    insert into webhooks (organization_id, url, events)
                    select $, 'https://example.com/' || repeat('x', 2000), '{run.ended}' from generate_series(1, 600) n
                    """,
                    """
                    insert into webhook_deliveries (webhook_id, run_id, event, state, done_at)
                    select max(w.id), n, 'run.ended', 'dead', now()
                      from webhooks w, generate_series(1, 600) n where organization_id = $ group by n
                    """)) {
                Sql.update(connection, statement.replace("$", Long.toString(organization)));
            }
            return Sql.only(
                    connection, "select max(id) from webhooks where organization_id = ?", row -> row.getLong(1), organization);
        });
    }

    private String path(Route route) {
        String path = route.template().replace("{uuid}", tenant.agentUuid().toString());
        if (path.startsWith("/api/v1/webhooks/")) {
            return path.replace("{id}", Long.toString(webhook));
        }
        return path.replace("{id}", Long.toString(run)) + (path.endsWith("/usage") ? "?by=minute&from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z&limit=500" : "?limit=500");
    }

    @Test
    void aPageOfEachListIsBoundedInBytes() throws Exception {
        for (Route route : api.routes().stream()
                .filter(each -> each.takesQuery() && each.types().getFirst().equals(MediaTypes.JSON) && !each.types().contains(MediaTypes.EVENT_STREAM))
                .toList()) {
            // given
            String path = path(route);
            Secret key = route.access() == Access.OPERATOR ? ApiSettings.OPERATOR_KEY : tenant.apiKey();

            // when
            RunningApi.Answer answer = api.sendAs(key, "GET", path, null);

            // then
            assertEquals(200, answer.status(), path);
            int bytes = answer.http().body().getBytes(StandardCharsets.UTF_8).length;
            assertTrue(bytes <= Page.MAX_BYTES + MAX_ROW_BYTES, path + " " + bytes);
            if (route.access() != Access.OPERATOR) {
                assertFalse(answer.get("/next_cursor").isNull(), path + " has all in one page");
            }
        }
    }

    /// One that asks for a stream, reads its beginning, and nothing more.
    private Socket standingStill(SampleTenant whose) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.setSoTimeout((int) DEADLINE.toMillis());
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), api.url("").getPort()));
        socket.getOutputStream().write(("GET /api/v1/runs HTTP/1.1\r\nHost: x\r\nAccept: " + NDJSON + "\r\nAuthorization: Bearer "
                        + whose.apiKey().reveal() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        assertTrue(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).endsWith("200"));
        return socket;
    }

    @Test
    void whoDoesNotReadAStreamIsCutOffAndItsPlaceIsFreeAgain() throws Exception {
        // given
        List<Socket> still = new ArrayList<>();
        for (int i = 0; i < Places.STREAMS_OF_ONE; i++) {
            still.add(standingStill(tenant));
        }
        int third = api.send("GET", "/api/v1/runs", null, "Accept", NDJSON).status();
        int others = api.send("GET", "/api/v1/runs", null, "Accept", NDJSON, "Authorization", "Bearer " + other.apiKey().reveal()).status();

        // when
        long deadlineNs = System.nanoTime() + DEADLINE.toNanos();
        int again = 429;
        while (again == 429 && System.nanoTime() < deadlineNs) {
            again = api.send("GET", "/api/v1/runs", null, "Accept", NDJSON).status();
        }

        // then
        assertEquals(429, third);
        assertEquals(200, others);
        assertEquals(200, again);
        for (Socket socket : still) {
            try (socket) {
                assertFalse(rest(socket).endsWith("0\r\n\r\n"), "a stream that was cut off must not look whole");
            }
        }
        assertTrue(api.metrics().contains("why=\"streams_of_one\"}"), api.metrics());
    }

    private static String rest(Socket socket) {
        StringBuilder rest = new StringBuilder();
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = socket.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                rest.setLength(0);
                rest.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException reset) {
            // Cut off all the same.
        }
        return rest.toString();
    }
}
