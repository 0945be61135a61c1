package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// How PostgreSQL finds the runs of a list among a hundred thousand.
@ExtendWith(TestPostgres.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RunListsTest {
    private static final int RUNS = 100_000;

    /// In one statement, which has a time-out.
    private static final int AT_ONCE = 10_000;

    private static final Instant FIRST = Instant.parse("2025-01-01T00:00:00Z");

    private SampleTenant tenant;
    private Database database;

    /// One run in a thousand failed, the others are completed; one a minute.
    @BeforeAll
    void makeRuns(Database database) {
        this.database = database;
        tenant = SampleTenant.create(database);
        for (int first = 1; first <= RUNS; first += AT_ONCE) {
            makeRuns(first, first + AT_ONCE - 1);
        }
        database.withConnection(connection -> connection.createStatement().execute("analyze runs"));
    }

    private void makeRuns(int first, int last) {
        database.inTransaction(connection -> Sql.update(
                connection,
                """
                insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type, state,
                                  failure_code, gateway_slot, created_at, started_at, ended_at)
                select gen_random_uuid(), ?, ?, ?, 1, 'cloudonix', 'inbound',
                       case when n % 1000 = 0 then 'failed' else 'completed' end,
                       case when n % 1000 = 0 then 'unknown_domain' end,
                       0, ?::timestamptz + n * interval '1 minute', ?::timestamptz, ?::timestamptz
                  from generate_series(?::integer, ?::integer) n
                """,
                tenant.organizationId(), tenant.agentId(), tenant.userId(), FIRST, FIRST, FIRST, first, last));
    }

    static Stream<Arguments> filters() {
        Instant from = FIRST.plusSeconds(60L * RUNS / 2);
        Runs.Position middle = new Runs.Position(from, Long.MAX_VALUE);
        return Stream.of(
                Arguments.of("all", Runs.Filter.ALL, null, "runs_by_time"),
                Arguments.of("the next page", Runs.Filter.ALL, middle, "runs_by_time"),
                Arguments.of("a state", new Runs.Filter(RunState.FAILED, null, null), null, "runs_by_state"),
                Arguments.of("a state's next page", new Runs.Filter(RunState.FAILED, null, null), middle, "runs_by_state"),
                Arguments.of("before", new Runs.Filter(null, null, from), null, "runs_by_time"),
                Arguments.of("between", new Runs.Filter(null, from, from.plusSeconds(3600)), null, "runs_by_time"),
                Arguments.of(
                        "a state between",
                        new Runs.Filter(RunState.FAILED, from, from.plusSeconds(600_000)),
                        null,
                        "runs_by_state"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filters")
    void readOnlyTheRowsThatTheyShow(String what, Runs.Filter filter, Runs.Position after, String index) {
        // given
        Runs.Statement listing = Runs.listing(tenant.agentId(), filter, after, 51);

        // when
        String known = plan("force_custom_plan", listing);
        String generic = plan("force_generic_plan", listing);

        // then
        for (String plan : List.of(known, generic)) {
            assertTrue(plan.contains(index), plan);
            assertFalse(plan.contains("Seq Scan on runs"), plan);
            assertFalse(plan.contains("Sort"), plan);
            assertFalse(plan.contains("Filter"), plan);
        }
    }

    private String plan(String mode, Runs.Statement listing) {
        return database.inTransaction(connection -> {
            connection.createStatement().execute("set local plan_cache_mode = " + mode);
            return explain(connection, listing);
        });
    }

    private static String explain(Connection connection, Runs.Statement listing) throws SQLException {
        return String.join(
                "\n",
                Sql.query(
                        connection,
                        "explain " + listing.sql(),
                        row -> row.getString(1),
                        listing.parameters().toArray()));
    }
}
