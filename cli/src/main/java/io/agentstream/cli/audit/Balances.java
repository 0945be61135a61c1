package io.agentstream.cli.audit;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Sql;
import java.util.List;
import java.util.function.Consumer;

/// Compares what prepaid users have with what their entries come to, all of them: a balance is the sum of everything before.
final class Balances {

    private static final String WRONG = """
            select u.id, u.organization_id, u.credits, coalesce(s.amount, 0) as amount,
                   (select r.name from ledger l join runs r on r.id = l.run_id where l.user_id = u.id order by l.id desc limit 1) as run
              from users u
              left join (select user_id, sum(amount) as amount from ledger group by user_id) s on s.user_id = u.id
             where u.credits is not null and u.credits <> coalesce(s.amount, 0)
             order by u.id
            """;

    private Balances() {}

    static void compare(Database database, Consumer<Disagreement> taker) {
        database.inTransaction(connection -> {
            Sql.each(
                    connection,
                    WRONG,
                    row -> {
                        String run = row.getString("run");
                        return new Disagreement(
                                Kind.BALANCE_WRONG,
                                run == null ? List.of() : List.of(run),
                                null,
                                row.getLong("organization_id"),
                                "user " + row.getLong("id") + ", whose newest run it is, has " + Told.plain(row.getBigDecimal("credits"))
                                        + ", and its entries in the ledger come to " + Told.plain(row.getBigDecimal("amount")));
                    },
                    wrong -> {
                        taker.accept(wrong);
                        return true;
                    });
            return true;
        });
    }
}
