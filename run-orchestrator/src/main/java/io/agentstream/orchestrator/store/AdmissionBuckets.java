package io.agentstream.orchestrator.store;

import java.sql.Connection;
import java.sql.SQLException;

/// How many admissions organisations have left, shared by all orchestrators.
public final class AdmissionBuckets {

    private AdmissionBuckets() {}

    /// Takes up to `wanted` admissions; says how many there were. A second's worth may come at once. The organisation's bucket is
    /// locked until the transaction ends.
    public static int take(Connection connection, long organizationId, int perSecond, int wanted) throws SQLException {
        Sql.update(
                connection,
                """
                insert into admission_buckets (organization_id, tokens, at) values (?, ?, clock_timestamp())
                on conflict do nothing
                """,
                organizationId,
                (double) perSecond);
        return Sql.only(
                connection,
                """
                update admission_buckets b set tokens = f.filled - f.taken, at = f.at
                  from (select organization_id, at, filled, least(floor(filled), ?) as taken
                          from (select organization_id, clock_timestamp() as at,
                                       least(?, tokens + greatest(extract(epoch from clock_timestamp() - at), 0) * ?) as filled
                                  from admission_buckets where organization_id = ? for update) x) f
                 where b.organization_id = f.organization_id
                returning f.taken
                """,
                row -> row.getInt(1),
                (double) wanted,
                (double) perSecond,
                (double) perSecond,
                organizationId);
    }
}
