package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/// What the indices of runs cost whoever writes runs.
@Isolated("a transaction elsewhere on the server keeps what is old on its page")
@ExtendWith(TestPostgres.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RunWritesTest {
    private static final int CALLS = 50;
    private static final int SIGNS = 20;

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

    @Test
    void whatARunningCallWritesAgainAndAgainIsWrittenInItsPlace() {
        // given
        List<UUID> calls = many.database().withConnection(connection -> Sql.query(
                connection, "select call_id from runs where state = 'running'", row -> row.getObject(1, UUID.class)));

        // when
        many.database().withConnection(connection -> {
            Sql.only(connection, "select pg_stat_reset_single_table_counters('runs'::regclass) is null", row -> true);
            for (int i = 0; i < SIGNS; i++) {
                Instant at = ManyRuns.FIRST.plusSeconds(86_400L * 365 + i);
                SignsOfLife.touch(connection, calls.stream().map(call -> new SignsOfLife.Sign(call, at)).toList(), at);
                long first = Sql.only(connection, "select id from runs where call_id = ?", row -> row.getLong(1), calls.getFirst());
                RunRows.setCost(connection, first, BigDecimal.valueOf(i));
            }
            Sql.only(connection, "select pg_stat_force_next_flush() is null", row -> true);
            return true;
        });

        // then
        record Updates(long all, long inPlace) {}
        Updates updates = many.database().withConnection(connection -> Sql.only(
                connection, "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'runs'",
                row -> new Updates(row.getLong(1), row.getLong(2))));
        assertEquals(SIGNS * (calls.size() + 1L), updates.all());
        // A page that is full is left once.
        assertTrue(updates.inPlace() >= 0.8 * updates.all(), updates.toString());
    }

    /// Prints what each index takes, and what writing a run costs without it.
    @Test
    @EnabledIfSystemProperty(named = "lists.big", matches = "true")
    void saysWhatEachIndexCosts() {
        List<String> indices = many.database().withConnection(connection -> Sql.query(
                connection,
                """
                select s.indexrelname from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid
                 where s.relname = 'runs' and not i.indisunique order by 1
                """,
                row -> row.getString(1)));
        many.database().inTransaction(RunWritesTest::bytesPerRun);
        long whole = many.database().inTransaction(RunWritesTest::bytesPerRun);
        List<String> table = new ArrayList<>(List.of("a run writes " + whole + " bytes of log; without"));
        for (String index : indices) {
            table.add(many.database().withConnection(connection -> {
                connection.setAutoCommit(false);
                long mib = Sql.only(
                        connection, "select pg_relation_size(?::regclass) >> 20", row -> row.getLong(1), index);
                Sql.update(connection, "drop index " + index);
                long without = bytesPerRun(connection);
                connection.rollback();
                connection.setAutoCommit(true);
                return String.format(Locale.ROOT, "%-26s %5d MiB, %6d", index, mib, without);
            }));
        }
        table.forEach(System.out::println);
    }

    /// From the offer to the end, as decisions write it.
    private static long bytesPerRun(Connection connection) throws SQLException {
        String before = Sql.only(connection, "select pg_current_wal_insert_lsn()::text", row -> row.getString(1));
        for (int i = 0; i < CALLS; i++) {
            long id = Sql.only(
                    connection,
                    """
                    insert into runs (call_id, organization_id, agent_id, owner_user_id, agent_version, mode, call_type,
                                      initial_context, gateway_slot, created_at)
                    values (gen_random_uuid(), 1, 1, 1, 1, 'cloudonix', 'inbound',
                            '{"caller_number": "+15550001", "called_number": "+18000001"}', 0, now())
                    returning id
                    """,
                    row -> row.getLong(1));
            Sql.update(
                    connection,
                    """
                    update runs set state = 'running', started_at = now(), gathered_context = jsonb_build_object('call_id', id::text)
                     where id = ?
                    """,
                    id);
            RunRows.complete(connection, id, new RunRows.Completed("caller_hangup", 1000, Instant.now(), BigDecimal.ONE, "caller", null));
        }
        return Sql.only(
                        connection,
                        "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ?::pg_lsn)::bigint",
                        row -> row.getLong(1),
                        before)
                / CALLS;
    }
}
