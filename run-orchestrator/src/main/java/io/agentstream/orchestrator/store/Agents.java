package io.agentstream.orchestrator.store;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The table of agents. Archived agents are gone for everybody but their runs.
public final class Agents {
    private static final String SELECT =
            """
            select a.*, d.number as draft_number, p.number as published_number,
                   coalesce(d.definition, p.definition) as definition, coalesce(d.updated_at, p.updated_at) as defined_at
              from agents a
              left join agent_versions d on d.agent_id = a.id and d.status = 'draft'
              left join agent_versions p on p.agent_id = a.id and p.status = 'published'
             where a.archived_at is null
            """;

    private Agents() {}

    /// `definition` is the one its owner works on: the draft's, or the published one where there is no draft;
    /// `definedAt` is when it was written or published last.
    public record Agent(
            long id,
            UUID uuid,
            long organizationId,
            long ownerUserId,
            String name,
            ObjectNode templateContextVariables,
            ObjectNode definition,
            @Nullable Integer draftVersion,
            @Nullable Integer publishedVersion,
            Instant definedAt,
            Instant createdAt,
            Instant updatedAt) {

        /// Without the UUID, which is a secret.
        @Override
        public String toString() {
            return "Agent[" + id + "]";
        }
    }

    /// An agent as a call needs it: with the version that a call uses now, and what a call is admitted by.
    ///
    /// @param suspended whether its organisation is
    /// @param ownerFree what its owner has and is not held for running calls; null: unlimited
    /// @param pricePerMinute null: the installation's
    /// @param admissionsPerSecond null: as many as come
    /// @param runningCalls of its organisation
    public record Callable(
            long id,
            long organizationId,
            long ownerUserId,
            int version,
            ObjectNode definition,
            ObjectNode templateContextVariables,
            boolean suspended,
            @Nullable BigDecimal ownerFree,
            int maxConcurrentCalls,
            int runningCalls,
            @Nullable BigDecimal pricePerMinute,
            @Nullable Integer admissionsPerSecond) {}

    /// How much an organisation's agents take.
    ///
    /// @param ever those that are archived, too
    /// @param bytes of all versions of all of them, as they are stored
    public record Count(int live, int ever, long bytes) {}

    public static Count count(Connection connection, long organizationId) throws SQLException {
        return Sql.only(
                connection,
                """
                select count(*) filter (where archived_at is null)::integer as live, count(*)::integer as ever,
                       coalesce((select sum(pg_column_size(v.definition)) from agent_versions v join agents a on a.id = v.agent_id
                                  where a.organization_id = ?), 0)::bigint as bytes
                  from agents where organization_id = ?
                """,
                row -> new Count(row.getInt("live"), row.getInt("ever"), row.getLong("bytes")),
                organizationId,
                organizationId);
    }

    /// Makes an agent, without a version yet; a null `uuid` is chosen here.
    public static long create(
            Connection connection,
            @Nullable UUID uuid,
            long organizationId,
            long ownerUserId,
            String name,
            ObjectNode templateContextVariables)
            throws SQLException {
        return Sql.only(
                connection,
                """
                insert into agents (uuid, organization_id, owner_user_id, name, template_context_variables)
                values (coalesce(?::uuid, gen_random_uuid()), ?, ?, ?, ?)
                returning id
                """,
                row -> row.getLong("id"),
                uuid,
                organizationId,
                ownerUserId,
                name,
                templateContextVariables);
    }

    public static Optional<Agent> find(Connection connection, long organizationId, UUID uuid) throws SQLException {
        return Sql.first(
                connection, SELECT + " and a.organization_id = ? and a.uuid = ?", Agents::read, organizationId, uuid);
    }

    public static Optional<Agent> findByName(Connection connection, long organizationId, String name)
            throws SQLException {
        return Sql.first(
                connection,
                SELECT + " and a.organization_id = ? and a.name = ? order by a.id limit 1",
                Agents::read,
                organizationId,
                name);
    }

    /// Newest first, those with an id below `before`, as many as `taker` wants, at most `limit`. In a transaction.
    public static void list(
            Connection connection, long organizationId, long before, int limit, Predicate<Agent> taker)
            throws SQLException {
        Sql.each(
                connection,
                SELECT + " and a.organization_id = ? and a.id < ? order by a.id desc limit ?",
                Agents::read,
                taker,
                organizationId,
                before,
                limit);
    }

    /// The id of a live agent, its row locked: whoever changes its versions does so alone.
    public static Optional<Long> lock(Connection connection, long organizationId, UUID uuid) throws SQLException {
        return Sql.first(
                connection,
                "select id from agents where organization_id = ? and uuid = ? and archived_at is null for update",
                row -> row.getLong("id"),
                organizationId,
                uuid);
    }

    /// As [#lock], archived or not.
    public static Optional<Long> lockEvenIfArchived(Connection connection, long organizationId, UUID uuid) throws SQLException {
        return Sql.first(
                connection,
                "select id from agents where organization_id = ? and uuid = ? for update",
                row -> row.getLong("id"),
                organizationId,
                uuid);
    }

    /// The id of an agent, archived or not.
    public static Optional<Long> idEvenIfArchived(Connection connection, long organizationId, UUID uuid)
            throws SQLException {
        return Sql.first(
                connection,
                "select id from agents where organization_id = ? and uuid = ?",
                row -> row.getLong("id"),
                organizationId,
                uuid);
    }

    /// Changes what is not null.
    public static void change(
            Connection connection, long id, @Nullable String name, @Nullable ObjectNode templateContextVariables)
            throws SQLException {
        Sql.update(
                connection,
                """
                update agents
                   set name = coalesce(?::text, name),
                       template_context_variables = coalesce(?::jsonb, template_context_variables),
                       updated_at = now()
                 where id = ?
                """,
                name,
                templateContextVariables,
                id);
    }

    /// False where there is no such live agent.
    public static boolean archive(Connection connection, long organizationId, UUID uuid) throws SQLException {
        return Sql.update(
                        connection,
                        """
                        update agents set archived_at = now(), updated_at = now()
                         where organization_id = ? and uuid = ? and archived_at is null
                        """,
                        organizationId,
                        uuid)
                > 0;
    }

    /// Whose agent a call names by its digest, archived or not.
    public static OptionalLong organizationOf(Connection connection, String uuidDigest) throws SQLException {
        return Sql.first(
                        connection, "select organization_id from agents where uuid_digest = ?", row -> row.getLong(1), uuidDigest)
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    /// The live agent that a call names by its digest, with the published version, or the draft where there is none.
    public static Optional<Callable> findForCall(Connection connection, String uuidDigest) throws SQLException {
        return Sql.first(
                connection,
                """
                select a.id, a.organization_id, a.owner_user_id, v.number, v.definition, a.template_context_variables,
                       o.suspended, o.max_concurrent_calls, o.price_per_minute, o.admissions_per_second,
                       case when u.credits is not null then
                           u.credits - coalesce((select sum(m.held) from meters m where m.user_id = u.id), 0) end as free,
                       (select count(*) from runs r where r.organization_id = o.id and r.state = 'running') as running_calls
                  from agents a
                  join agent_versions v on v.agent_id = a.id and v.status in ('draft', 'published')
                  join users u on u.id = a.owner_user_id
                  join organizations o on o.id = a.organization_id
                 where a.uuid_digest = ? and a.archived_at is null
                 order by v.status = 'published' desc
                 limit 1
                """,
                row -> new Callable(
                        row.getLong("id"),
                        row.getLong("organization_id"),
                        row.getLong("owner_user_id"),
                        row.getInt("number"),
                        Jsonb.readObject(row, "definition"),
                        Jsonb.readObject(row, "template_context_variables"),
                        row.getBoolean("suspended"),
                        row.getBigDecimal("free"),
                        row.getInt("max_concurrent_calls"),
                        row.getInt("running_calls"),
                        row.getBigDecimal("price_per_minute"),
                        Sql.intOrNull(row, "admissions_per_second")),
                uuidDigest);
    }

    private static Agent read(ResultSet row) throws SQLException {
        return new Agent(
                row.getLong("id"),
                row.getObject("uuid", UUID.class),
                row.getLong("organization_id"),
                row.getLong("owner_user_id"),
                row.getString("name"),
                Jsonb.readObject(row, "template_context_variables"),
                Jsonb.readObject(row, "definition"),
                Sql.intOrNull(row, "draft_number"),
                Sql.intOrNull(row, "published_number"),
                Sql.instant(row, "defined_at"),
                Sql.instant(row, "created_at"),
                Sql.instant(row, "updated_at"));
    }
}
