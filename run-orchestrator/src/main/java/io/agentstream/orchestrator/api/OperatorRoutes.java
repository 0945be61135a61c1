package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.secret.ApiKeys;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.orchestrator.store.Organizations.Limits;
import io.agentstream.orchestrator.store.Organizations.Organization;
import io.agentstream.orchestrator.store.Tenants;
import io.agentstream.runtime.Secret;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// What whoever runs the installation does to its tenants.
final class OperatorRoutes {
    private static final String ORGANIZATIONS = "/api/v1/operator/organizations";
    private static final String ORGANIZATION = ORGANIZATIONS + "/{id}";
    private static final Set<String> READ_ONLY = Set.of("id", "name", "retention", "created_at", "updated_at");
    private static final int MAX_CALLS = 1_000_000;
    private static final int MAX_ADMISSIONS = 1_000_000;
    private static final BigDecimal MAX_PRICE = new BigDecimal(1_000_000);

    private final Database database;
    private final ApiKeys keys;

    OperatorRoutes(Database database, ApiKeys keys) {
        this.database = database;
        this.keys = keys;
    }

    List<Route> routes() {
        return List.of(
                Route.post(Access.OPERATOR, ORGANIZATIONS, this::create),
                Route.list(Access.OPERATOR, ORGANIZATIONS, this::list),
                Route.get(Access.OPERATOR, ORGANIZATION, this::get),
                Route.patch(Access.OPERATOR, ORGANIZATION, this::change));
    }

    private Reply create(Call call) {
        Fields in = call.body();
        String name = in.requiredText("name", Organizations.MAX_NAME);
        String email = UserRoutes.email(in, "owner_email");
        Limits limits = limits(in, Limits.DEFAULT);
        if (in.isBad()) {
            return in.badRequest();
        }
        Secret key = keys.generate();
        Tenants.Made made = database.inTransaction(connection ->
                Tenants.create(connection, call.who(), new Tenants.NewTenant(name, email, limits), key));
        ObjectNode out = json(made.organization());
        out.set("owner", UserRoutes.json(made.owner()));
        out.put("api_key", key.reveal());
        return Reply.created(out, ORGANIZATIONS + "/" + made.organization().id());
    }

    private Reply list(Call call) {
        return new Listing<Organization>(Cursor.ORGANIZATIONS, Organization::id, OperatorRoutes::json)
                .answer(database, call, Organizations::list);
    }

    private Reply get(Call call) {
        return call.id("id")
                .flatMap(id -> database.withConnection(connection -> Organizations.find(connection, id)))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply change(Call call) {
        Optional<Long> id = call.id("id");
        if (id.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Organization> old = Organizations.lock(connection, id.get());
            return old.isEmpty() ? Reply.notFound() : change(connection, call, old.get());
        });
    }

    private static Reply change(Connection connection, Call call, Organization old) throws SQLException {
        Fields in = call.body();
        in.against(json(old), READ_ONLY);
        boolean unchanged = in.isEmpty();
        Limits limits = limits(in, old.limits());
        if (in.isBad()) {
            return in.badRequest();
        }
        if (unchanged) {
            return Reply.ok(json(old));
        }
        Organization now = Organizations.setLimits(connection, old.id(), limits);
        AuditLog.write(connection, call.who(), Changes.organizationChanged(old, now));
        return Reply.ok(json(now));
    }

    /// What was sent, over what is. null brings the installation's own back.
    private static Limits limits(Fields in, Limits old) {
        Integer calls = in.integer("max_concurrent_calls", 0, MAX_CALLS);
        Integer admissions = old.admissionsPerSecond();
        if (in.has("admissions_per_second")) {
            admissions = in.isNull("admissions_per_second") ? null : in.integer("admissions_per_second", 1, MAX_ADMISSIONS);
        }
        BigDecimal price = in.has("price_per_minute") ? in.decimal("price_per_minute") : old.pricePerMinute();
        if (price != null && price.compareTo(MAX_PRICE) > 0) {
            in.error("price_per_minute", "must be at most " + MAX_PRICE.toPlainString());
        }
        Boolean suspended = in.flag("suspended");
        return new Limits(
                calls == null ? old.maxConcurrentCalls() : calls,
                admissions,
                price,
                suspended == null ? old.suspended() : suspended);
    }

    private static ObjectNode json(Organization organization) {
        return TenantRoutes.json(organization, organization.limits().pricePerMinute());
    }
}
