package io.agentstream.orchestrator.store;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.runtime.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// A database with many organisations and many more runs, made once. Half of the runs are those of one organisation, which has 50
/// agents; the others share the rest. Small in every build; with `-Dlists.big=true` 10,000 organisations and a million runs.
public record ManyRuns(Database database, long biggest, Secret biggestKey, long small, Secret smallKey, int runs, int organizations)
        implements AutoCloseable {
    public static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    public static final Duration SPAN = Duration.ofDays(30);

    private static final boolean BIG = Boolean.getBoolean("lists.big");

    public static ManyRuns make(EmbeddedPostgres server) throws Exception {
        int organizations = BIG ? 10_000 : 200;
        int runs = BIG ? 1_000_000 : 20_000;
        Database database = TestPostgres.make(server, 3, Duration.ofMinutes(5));
        fill(TestPostgres.jdbcUrl(server, database), organizations, runs);
        Secret biggest = key(database, 1);
        Secret small = key(database, 7);
        return new ManyRuns(database, 1, biggest, 7, small, runs, organizations);
    }

    private static Secret key(Database database, long user) {
        Secret key = new ApiKeys(new SecureRandom()).generate();
        database.withConnection(connection -> Sql.update(
                connection,
                "insert into api_keys (user_id, key_hash, prefix, name, scope) values (?, ?, ?, 'many', 'admin')",
                user,
                ApiKeys.hash(key),
                ApiKeys.prefix(key)));
        return key;
    }

    private static void fill(String url, int organizations, int runs) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("insert into organizations (name) select 'Tenant ' || n from generate_series(1, " + organizations + ") n");
            statement.execute(
                    "insert into users (organization_id, email) select n, 'u' || n || '@example.com' from generate_series(1, "
                            + organizations + ") n");
            statement.execute(
                    "insert into agents (organization_id, owner_user_id, name) select n, n, 'Agent' from generate_series(1, "
                            + organizations + ") n");
            statement.execute("insert into agents (organization_id, owner_user_id, name) select 1, 1, 'More ' || n"
                    + " from generate_series(1, 49) n");
            statement.execute("insert into agent_versions (agent_id, number, status, definition)"
                    + " select id, 1, 'draft', '{\"engine\": \"echo\"}' from agents");
            statement.execute("set synchronous_commit = off");
            statement.execute(
                    String.format(
                            Locale.ROOT,
                    """
                    insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, state,
                                      failure_code, failure_reason, end_by, close_code, cost, initial_context, gathered_context,
                                      logs, gateway_slot, created_at, started_at, ended_at)
                    select gen_random_uuid(), org, case when org = 1 and n %% 100 < 98 then %2$d + n %% 49 + 1 else org end, org, 1,
                           'cloudonix', 'inbound', state, case when state = 'failed' then
                               case when n %% 5000 = 3 then 'session_invalid' else 'unknown_domain' end end,
                           case when state = 'failed' then 'Unknown Cloudonix domain: acme.cloudonix.net' end,
                           case when state = 'completed' then
                               case when n %% 9999 = 4 then 'lost' when n %% 3 = 0 then 'agent_hangup' else 'caller_hangup' end end,
                           case when state in ('completed', 'failed') then 1000 end,
                           case when state = 'completed' then 0.05 end,
                           jsonb_build_object('provider', 'cloudonix', 'direction', 'inbound',
                                              'caller_number', '+1555' || lpad((n %% 100003)::text, 7, '0'),
                                              'called_number', '+1800' || lpad((n %% 37)::text, 7, '0')),
                           jsonb_build_object('call_id', 'session-' || n, 'cloudonix_call_sid', md5(n::text)),
                           jsonb_build_object('inbound_webhook', jsonb_build_object('domain', 'acme.cloudonix.net',
                                              'session', md5(n::text), 'tracks', '[]'::jsonb)),
                           0, at, case when state in ('running', 'completed') then at + interval '1 second' end,
                           case when state in ('completed', 'failed') then at + (n %% 300 + 2) * interval '1 second' end
                      from (select n, case when n %% 2 = 0 then 1 else 2 + n / 2 %% (%2$d - 1) end as org,
                                   case when n > %1$d - 20 then 'running' when n %% 50 = 3 then 'failed' else 'completed' end as state,
                                   timestamptz '2026-01-01 00:00:00+00' + n * (interval '30 days' / %1$d) as at
                              from generate_series(1, %1$d) n) x
                    """,
                            runs,
                            organizations));
            statement.execute(
                    """
                    insert into ledger (organization_id, user_id, run_id, kind, amount, from_second, to_second, reference)
                    select organization_id, organization_id, id, 'charge', -cost, 0, 60, '' from runs where cost is not null
                    """);
            statement.execute(
                    """
                    insert into run_events (run_id, at, type, payload)
                    select r.id, r.created_at, 'created', jsonb_build_object('after', n)
                      from runs r, generate_series(1, 2) n where r.id %% 4 = 0
                    """.replace("%%", "%"));
            // A word that all say, one that one of a hundred says, and one that next to nobody says; the newest have the utterance too.
            statement.execute(
                    """
                    insert into run_words (run_id, words)
                    select id, (format('''%1$s hello'':1 ''%1$s ticket'':2 ''%1$s number'':3 ''%1$s %2$s'':4', organization_id, id % 100)
                                || case when id % 4999 = 2 then format(' ''%1$s refund'':5', organization_id) else '' end)::tsvector
                      from runs
                    """);
            statement.execute(
                    """
                    insert into run_events (run_id, at, type, payload)
                    select r.id, r.created_at + n * interval '1 second', case when n % 2 = 0 then 'heard' else 'said' end,
                           jsonb_build_object('text', case when n = 30 then 'hello ticket number ' || r.id % 100 || ' refund'
                                                           else 'something else that somebody says ' || n end)
                      from runs r, generate_series(1, 40) n where r.id > (select max(id) - 4000 from runs)
                    """);
            statement.execute(
                    """
                    insert into audit_log (organization_id, actor, action, thing_kind, thing_id)
                    select organization_id, 'operator', 'thing.changed', 'thing', id::text from runs where id % 10 = 0
                    """);
            statement.execute("insert into webhooks (organization_id, url, events)"
                    + " select n, 'https://example.com/' || n, '{run.ended}' from generate_series(1, 20) n");
            statement.execute(
                    """
                    insert into webhook_deliveries (webhook_id, run_id, event, state, done_at)
                    select w.id, r.id, 'run.ended', 'delivered', r.ended_at
                      from webhooks w join runs r on r.organization_id = w.organization_id
                     where r.state = 'completed' and r.id % 5 = 0
                    """);
            statement.execute("vacuum analyze");
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
