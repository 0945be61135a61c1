package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Organizations;
import io.agentstream.orchestrator.store.Users;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The caller's own organisation and user.
final class TenantRoutes {
    private static final String ORGANIZATION = "/api/v1/organization";
    private static final String ME = "/api/v1/users/me";
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
        return answer(database.withConnection(
                connection -> Organizations.find(connection, call.organizationId())));
    }

    private Reply changeOrganization(Call call) {
        Fields in = call.body();
        String name = in.text("name", 200);
        Integer calls = in.integer("max_concurrent_calls", 0, MAX_CALLS);
        if (in.isBad()) {
            return in.badRequest();
        }
        return answer(database.withConnection(
                connection -> Organizations.change(connection, call.organizationId(), name, calls)));
    }

    private Reply me(Call call) {
        return user(database.withConnection(
                connection -> Users.find(connection, call.caller().userId())));
    }

    private Reply changeMe(Call call) {
        Fields in = call.body();
        boolean changed = in.has("credits");
        BigDecimal credits = in.decimal("credits");
        if (in.isBad()) {
            return in.badRequest();
        }
        long id = call.caller().userId();
        return user(database.withConnection(connection ->
                changed ? Users.setCredits(connection, id, credits) : Users.find(connection, id)));
    }

    private static Reply answer(Optional<Organizations.Organization> organization) {
        return organization
                .map(found -> {
                    ObjectNode out = Json.object();
                    out.put("id", found.id());
                    out.put("name", found.name());
                    out.put("max_concurrent_calls", found.maxConcurrentCalls());
                    out.put("created_at", Json.time(found.createdAt()));
                    out.put("updated_at", Json.time(found.updatedAt()));
                    return Reply.ok(out);
                })
                .orElseGet(Reply::notFound);
    }

    private static Reply user(Optional<Users.User> user) {
        return user.map(found -> {
                    ObjectNode out = Json.object();
                    out.put("id", found.id());
                    out.put("organization_id", found.organizationId());
                    out.put("email", found.email());
                    out.put("credits", Json.decimal(found.credits()));
                    out.put("created_at", Json.time(found.createdAt()));
                    out.put("updated_at", Json.time(found.updatedAt()));
                    return Reply.ok(out);
                })
                .orElseGet(Reply::notFound);
    }
}
