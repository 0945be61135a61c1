package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// How PostgreSQL finds the runs of a list among many.
@ExtendWith(TestPostgres.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RunListsTest {
    private static final int LIMIT = 51;

    /// Each run of a page, and of the stretch that is looked through, may cost a block of the table and a part of one of an index.
    private static final int MAX_BLOCKS = 2 * RunLists.MAX_EXAMINED + 12 * LIMIT;

    private ManyRuns many;

    @BeforeAll
    @Timeout(value = 30, unit = TimeUnit.MINUTES) // a million runs, where they are asked for
    void makeRuns(EmbeddedPostgres server) throws Exception {
        many = ManyRuns.make(server);
    }

    @AfterAll
    void close() {
        many.close();
    }

    static Stream<Arguments> filters() {
        Instant middle = ManyRuns.FIRST.plus(ManyRuns.SPAN.dividedBy(2));
        return Stream.of(
                Arguments.of("all", RunFilter.ALL, "runs_of_tenant"),
                Arguments.of("between", filter(null, null, null, null, null, null, middle, middle.plusSeconds(3600), null), "runs_of_tenant"),
                Arguments.of("state", filter(RunState.FAILED, null, null, null, null, null, null, null, null), "runs_of_tenant_by_state"),
                Arguments.of("open", filter(RunState.RUNNING, null, null, null, null, null, null, null, null), "runs_of_tenant_by_state"),
                Arguments.of("end", filter(null, "caller_hangup", null, null, null, null, null, null, null), "runs_by_end"),
                Arguments.of("rare end", filter(null, "lost", null, null, null, null, null, null, null), "runs_by_end"),
                Arguments.of("no such end", filter(null, "credits", null, null, null, null, null, null, null), "runs_by_end"),
                Arguments.of("failure", filter(null, null, "unknown_domain", null, null, null, null, null, null), "runs_by_failure"),
                Arguments.of("caller", filter(null, null, null, "+15550000042", null, null, null, null, null), "runs_by_caller"),
                Arguments.of("called", filter(null, null, null, null, "+18000000005", null, null, null, null), "runs_by_called"),
                Arguments.of("long", filter(null, null, null, null, null, null, null, null, 100_000L), "runs_of_tenant"),
                Arguments.of("none so long", filter(null, null, null, null, null, null, null, null, 10_000_000L), "runs_of_tenant"),
                Arguments.of("failed, by a caller", filter(RunState.FAILED, null, null, "+15550000042", null, null, null, null, null), "runs_by_caller"),
                Arguments.of("long ones to a number", filter(null, null, null, null, "+18000000005", null, null, null, 299_000L), "runs_by_called"),
                Arguments.of("agent", RunFilter.ofAgent(1), "runs_by_time"),
                Arguments.of(
                        "an agent's failed",
                        filter(RunState.FAILED, null, null, null, null, null, null, null, null).withAgent(1),
                        "runs_of_tenant_by_state"),
                Arguments.of(
                        "an agent's completed",
                        filter(RunState.COMPLETED, null, null, null, null, null, null, null, null).withAgent(1),
                        "runs_by_time"));
    }

    private static RunFilter filter(
            RunState state, String end, String failure, String caller, String called, String external, Instant from,
            Instant before, Long minDurationMs) {
        return new RunFilter(state, end, failure, null, caller, called, external, from, before, minDurationMs, null, null);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filters")
    void readABoundedStretchOfOneIndex(String what, RunFilter filter, String index) {
        for (long organization : new long[] {many.biggest(), many.small()}) {
            for (String mode : List.of("force_custom_plan", "force_generic_plan")) {
                // given
                RunLists.Statement listing = RunLists.listing(organization, filter, null, LIMIT);

                // when
                JsonNode plan = plan(mode, listing);

                // then
                List<JsonNode> scans = new ArrayList<>();
                collect(plan, scans);
                for (JsonNode scan : scans) {
                    if (scan.path("Relation Name").stringValue("").equals("runs")) {
                        String found = scan.path("Index Name").stringValue("");
                        assertTrue(found.equals(index) || found.equals("runs_pkey"), plan::toPrettyString);
                        assertFalse(scan.path("Node Type").stringValue("").contains("Seq"), plan::toPrettyString);
                    }
                }
                int blocks = plan.path("Shared Hit Blocks").intValue() + plan.path("Shared Read Blocks").intValue();
                assertTrue(blocks <= MAX_BLOCKS, blocks + " blocks: " + plan.toPrettyString());
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filters")
    void findAllThatThereIsHoweverFarApart(String what, RunFilter filter, String index) throws Exception {
        // given
        List<Long> found = new ArrayList<>();
        RunLists.Position[] after = new RunLists.Position[1];
        int expected = count(filter);
        boolean more = true;

        // when
        while (more) {
            boolean[] goesOn = new boolean[1];
            int before = found.size();
            many.database().inTransaction(connection -> {
                RunLists.list(connection, many.small(), own(filter), after[0], 500, new RunLists.Taker() {
                    @Override
                    public boolean take(Runs.Run run) {
                        after[0] = new RunLists.Position(run.createdAt(), run.id());
                        return found.add(run.id());
                    }

                    @Override
                    public void goOnBehind(RunLists.Position place) {
                        after[0] = place;
                        goesOn[0] = true;
                    }
                });
                return true;
            });
            more = goesOn[0] || found.size() - before == 500;
        }

        // then
        assertEquals(expected, found.size());
        assertEquals(found.stream().distinct().count(), found.size());
    }

    /// The small tenant's agent has its number.
    private RunFilter own(RunFilter filter) {
        return filter.agentId() == null ? filter : filter.withAgent(many.small());
    }

    private int count(RunFilter filter) {
        return many.database().withConnection(connection -> Sql.only(
                connection,
                """
                select count(*) from runs r, (select ?::text as state, ?::text as end_by, ?::text as failure, ?::text as caller,
                           ?::text as called, ?::text as external, ?::timestamptz as since, ?::timestamptz as before, ?::bigint as ms) f
                 where organization_id = ? and (f.state is null or r.state = f.state) and (f.end_by is null or r.end_by = f.end_by)
                   and (f.failure is null or failure_code = f.failure) and (f.caller is null or initial_context ->> 'caller_number' = f.caller)
                   and (f.called is null or initial_context ->> 'called_number' = f.called)
                   and (f.external is null or gathered_context ->> 'call_id' = f.external)
                   and (f.since is null or created_at >= f.since) and (f.before is null or created_at < f.before)
                   and (f.ms is null or ended_at - started_at >= f.ms * interval '1 millisecond')
                """,
                row -> row.getInt(1),
                filter.state() == null ? null : filter.state().text(), filter.end(), filter.failure(), filter.caller(),
                filter.called(), filter.externalCallId(), filter.createdFrom(), filter.createdBefore(), filter.minDurationMs(),
                many.small()));
    }

    private JsonNode plan(String mode, RunLists.Statement listing) {
        return many.database().inTransaction(connection -> {
            connection.createStatement().execute("set local plan_cache_mode = " + mode);
            connection.createStatement().execute(RunLists.PLANNED);
            return explain(connection, listing);
        });
    }

    private static JsonNode explain(Connection connection, RunLists.Statement listing) throws SQLException {
        String json = Sql.only(
                connection,
                "explain (analyze, buffers, format json) " + listing.sql(),
                row -> row.getString(1),
                listing.parameters().toArray());
        return new JsonMapper().readTree(json).get(0).get("Plan");
    }

    private static void collect(JsonNode plan, List<JsonNode> scans) {
        if (plan.has("Relation Name")) {
            scans.add(plan);
        }
        plan.path("Plans").forEach(child -> collect(child, scans));
    }
}
