package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.orchestrator.store.Organizations.Organization;
import io.agentstream.orchestrator.store.Organizations.Retention;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The caller's own organisation, and what was changed in it. What it is allowed and what it pays is shown here and changed by the
/// operator only ([OperatorRoutes]).
final class TenantRoutes {
    private static final String ORGANIZATION = "/api/v1/organization";
    private static final Set<String> READ_ONLY = Set.of(
            "id", "max_concurrent_calls", "admissions_per_second", "price_per_minute", "suspended", "created_at", "updated_at");
    private static final int MAX_MEDIA_HOURS = 876_000;
    private static final int MAX_DAYS = 36_500;

    private final Database database;
    private final BigDecimal pricePerMinute;

    /// @param pricePerMinute what an organisation pays that has no price of its own
    TenantRoutes(Database database, BigDecimal pricePerMinute) {
        this.database = database;
        this.pricePerMinute = pricePerMinute;
    }

    List<Route> routes() {
        return List.of(
                Route.get(Access.READ, ORGANIZATION, this::organization),
                Route.patch(Access.ADMIN, ORGANIZATION, this::change),
                Route.list(Access.ADMIN, "/api/v1/audit-log", this::auditLog));
    }

    private Reply organization(Call call) {
        return database.withConnection(connection -> Organizations.find(connection, call.organizationId()))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply change(Call call) {
        return database.inTransaction(connection -> {
            Optional<Organization> old = Organizations.lock(connection, call.organizationId());
            return old.isEmpty() ? Reply.notFound() : change(connection, call, old.get());
        });
    }

    private Reply change(Connection connection, Call call, Organization old) throws SQLException {
        Fields in = call.body();
        in.against(json(old), READ_ONLY);
        boolean unchanged = in.isEmpty();
        String name = in.text("name", Organizations.MAX_NAME);
        Retention retention = retention(in, old.retention());
        if (in.isBad()) {
            return in.badRequest();
        }
        if (unchanged) {
            return Reply.ok(json(old));
        }
        Organization now =
                Organizations.change(connection, old.id(), name == null ? old.name() : name, retention);
        AuditLog.write(connection, call.who(), Changes.organizationChanged(old, now));
        return Reply.ok(json(now));
    }

    private static Retention retention(Fields in, Retention old) {
        Fields sent = in.nested("retention");
        if (sent == null) {
            return old;
        }
        Retention retention = new Retention(
                kept(sent, "media_hours", MAX_MEDIA_HOURS, old.mediaHours()),
                kept(sent, "transcript_days", MAX_DAYS, old.transcriptDays()),
                kept(sent, "run_days", MAX_DAYS, old.runDays()));
        sent.refuseOthers();
        return retention;
    }

    private static @Nullable Integer kept(Fields in, String name, int max, @Nullable Integer old) {
        if (!in.has(name)) {
            return old;
        }
        return in.isNull(name) ? null : in.integer(name, 0, max);
    }

    private Reply auditLog(Call call) {
        return new Listing<AuditLog.Entry>(Cursor.AUDIT, AuditLog.Entry::id, TenantRoutes::json)
                .answer(database, call, (connection, before, limit, taker) ->
                        AuditLog.list(connection, call.organizationId(), before, limit, taker));
    }

    private ObjectNode json(Organization organization) {
        BigDecimal price = organization.limits().pricePerMinute();
        return json(organization, price == null ? pricePerMinute : price);
    }

    /// @param price what to show as such; null: none of its own
    static ObjectNode json(Organization organization, @Nullable BigDecimal price) {
        ObjectNode out = Json.object();
        out.put("id", organization.id());
        out.put("name", organization.name());
        out.put("max_concurrent_calls", organization.limits().maxConcurrentCalls());
        out.put("admissions_per_second", organization.limits().admissionsPerSecond());
        out.put("price_per_minute", Json.decimal(price));
        out.put("suspended", organization.limits().suspended());
        out.putObject("retention")
                .put("media_hours", organization.retention().mediaHours())
                .put("transcript_days", organization.retention().transcriptDays())
                .put("run_days", organization.retention().runDays());
        out.put("created_at", Json.time(organization.createdAt()));
        out.put("updated_at", Json.time(organization.updatedAt()));
        return out;
    }

    private static ObjectNode json(AuditLog.Entry entry) {
        ObjectNode out = Json.object();
        out.put("id", entry.id());
        out.put("at", Json.time(entry.at()));
        out.putObject("who")
                .put("kind", entry.actor())
                .put("user_id", entry.userId())
                .put("api_key_id", entry.keyId());
        out.put("address", entry.address());
        out.put("action", entry.action());
        out.putObject("thing").put("kind", entry.kind()).put("id", entry.thingId());
        out.set("old", entry.before());
        out.set("new", entry.after());
        return out;
    }
}
