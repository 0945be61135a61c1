package io.agentstream.orchestrator.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What is kept of deliveries, and for how long.
@ExtendWith(TestPostgres.class)
final class DueDeliveriesTest {

    private static final DueDeliveries.Kept KEPT =
            new DueDeliveries.Kept(Duration.ofDays(7), Duration.ofDays(30), Duration.ofMinutes(10), 50);

    private final Database database;
    private long organization;
    private long webhook;

    DueDeliveriesTest(Database database) {
        this.database = database;
    }

    @BeforeEach
    void aWebhook() {
        organization = SampleTenant.create(database).organizationId();
        webhook = database.inTransaction(
                c -> Webhooks.create(c, organization, "https://example.com/hook", List.of("run.ended")).id());
        while (clean() > 0) {
            // what other tests left
        }
    }

    private int clean() {
        return database.inTransaction(c -> DueDeliveries.clean(c, KEPT, 1_000));
    }

    private void deliveries(String state, int count, int ageDays) {
        boolean pending = state.equals("pending");
        database.withConnection(c -> Sql.update(
                c,
                """
                insert into webhook_deliveries (webhook_id, run_id, event, state, next_at, done_at, payload)
                select ?, (random() * 1e15)::bigint, 'run.ended', ?, case when ? then now() + interval '1 hour' end,
                       case when ? then null else now() - ? * interval '1 day' end, '{}'
                  from generate_series(1, ?)
                """,
                webhook,
                state,
                pending,
                pending,
                ageDays,
                count));
    }

    private int count(String condition) {
        return database.withConnection(c -> Sql.only(
                c, "select count(*) from webhook_deliveries where webhook_id = ? and " + condition, row -> row.getInt(1), webhook));
    }

    @Test
    void whatArrivedIsKeptForAWeekAndWhatDidNotForAMonthWithWhatItWasToSay() {
        deliveries("delivered", 3, 6);
        deliveries("delivered", 4, 8);
        deliveries("dead", 5, 29);
        deliveries("dead", 6, 31);

        clean();

        assertEquals(3, count("state = 'delivered'"));
        assertEquals(5, count("state = 'dead' and payload is not null"));
        assertEquals(8, count("true"));
    }

    @Test
    void ofAWebhookOnlySoManyWaitAndTheOldestAreGivenUp() {
        deliveries("pending", 60, 0);

        clean();

        assertEquals(50, count("state = 'pending'"));
        assertEquals(10, count("state = 'dead' and last_error = 'too_many' and payload is null and done_at is not null"));
        int newer = database.withConnection(c -> Sql.only(
                c,
                """
                select count(*) from webhook_deliveries d join webhook_deliveries p on p.webhook_id = d.webhook_id
                 where d.webhook_id = ? and d.state = 'dead' and p.state = 'pending' and p.id < d.id
                """,
                row -> row.getInt(1),
                webhook));
        assertEquals(0, newer, "newer ones were given up");
    }

    @Test
    void whatWaitsForASilencedWebhookIsGivenUpInPieces() {
        deliveries("pending", 40, 0);
        database.withConnection(c -> Sql.update(c, "update webhook_deliveries set next_at = now() - interval '1 day' where webhook_id = ?", webhook));
        database.withConnection(c -> Webhooks.delete(c, organization, webhook));

        int once = database.inTransaction(c -> DueDeliveries.clean(c, KEPT, 25));

        assertEquals(List.of(25, 25), List.of(once, count("state = 'dead' and last_error = 'disabled'")));
    }

    @Test
    void whoLooksForWhatIsOldEnoughPassesOverNothingElse() {
        deliveries("dead", 20_000, 20);
        deliveries("delivered", 10, 8);
        database.withConnection(c -> Sql.update(c, "analyze webhook_deliveries"));

        long read = database.inTransaction(c -> {
            DueDeliveries.clean(c, KEPT, 1_000);
            return Sql.only(
                    c,
                    """
                    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables
                     where relname = 'webhook_deliveries'
                    """,
                    row -> row.getLong(1));
        });

        // what other tests left waiting is read too, but none of the twenty thousand
        assertTrue(read < 10_000, read + " rows read for the ten that are old enough");
        assertEquals(0, count("state = 'delivered'"));
        database.withConnection(c -> Sql.update(c, "delete from webhook_deliveries where webhook_id = ?", webhook));
    }
}
