package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.orchestrator.store.Users;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// The caller's own organisation and user.
final class TenantRoutes {
    private static final String ORGANIZATION = "/api/v1/organization";
    private static final String ME = "/api/v1/users/me";
    private static final Set<String> ORGANIZATION_READ_ONLY = Set.of("id", "created_at", "updated_at");
    private static final Set<String> USER_READ_ONLY =
            Set.of("id", "organization_id", "email", "created_at", "updated_at");
    private static final int MAX_CALLS = 1_000_000;

    private final Database database;

    TenantRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(
                Route.get(ORGANIZATION, this::organization),
                Route.patch(ORGANIZATION, this::changeOrganization),
                Route.get(ME, this::me),
                Route.patch(ME, this::changeMe));
    }

    private Reply organization(Call call) {
        return database.withConnection(connection -> Organizations.find(connection, call.organizationId()))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply changeOrganization(Call call) {
        return database.inTransaction(connection -> {
            Optional<Organizations.Organization> old = Organizations.find(connection, call.organizationId());
            if (old.isEmpty()) {
                return Reply.notFound();
            }
            Fields in = call.body();
            in.against(json(old.get()), ORGANIZATION_READ_ONLY);
            boolean unchanged = in.isEmpty();
            String name = in.text("name", 200);
            Integer calls = in.integer("max_concurrent_calls", 0, MAX_CALLS);
            if (in.isBad()) {
                return in.badRequest();
            }
            return Reply.ok(json(
                    unchanged
                            ? old.get()
                            : Organizations.change(connection, call.organizationId(), name, calls)
                                    .orElseThrow()));
        });
    }

    private Reply me(Call call) {
        return database.withConnection(
                        connection -> Users.find(connection, call.caller().userId()))
                .map(found -> Reply.ok(json(found)))
                .orElseGet(Reply::notFound);
    }

    private Reply changeMe(Call call) {
        long id = call.caller().userId();
        return database.inTransaction(connection -> {
            Optional<Users.User> old = Users.find(connection, id);
            if (old.isEmpty()) {
                return Reply.notFound();
            }
            Fields in = call.body();
            in.against(json(old.get()), USER_READ_ONLY);
            boolean changed = in.has("credits");
            BigDecimal credits = in.decimal("credits");
            if (in.isBad()) {
                return in.badRequest();
            }
            return Reply.ok(json(
                    changed ? Users.setCredits(connection, id, credits).orElseThrow() : old.get()));
        });
    }

    private static ObjectNode json(Organizations.Organization organization) {
        ObjectNode out = Json.object();
        out.put("id", organization.id());
        out.put("name", organization.name());
        out.put("max_concurrent_calls", organization.maxConcurrentCalls());
        out.put("created_at", Json.time(organization.createdAt()));
        out.put("updated_at", Json.time(organization.updatedAt()));
        return out;
    }

    private static ObjectNode json(Users.User user) {
        ObjectNode out = Json.object();
        out.put("id", user.id());
        out.put("organization_id", user.organizationId());
        out.put("email", user.email());
        out.put("credits", Json.decimal(user.credits()));
        out.put("created_at", Json.time(user.createdAt()));
        out.put("updated_at", Json.time(user.updatedAt()));
        return out;
    }
}
