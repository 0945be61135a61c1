package io.agentstream.orchestrator.api;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.agents.Problem;
import io.agentstream.orchestrator.decide.Contexts;
import io.agentstream.orchestrator.store.AgentVersions;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Agents, their drafts and versions.
final class AgentRoutes {
    private static final String AGENTS = "/api/v1/agents";
    private static final String AGENT = AGENTS + "/{uuid}";
    private static final String VARIABLES = "template_context_variables";
    private static final Set<String> BUILT_IN = Providers.ALL.stream()
            .flatMap(provider -> Contexts.builtIn(provider).stream())
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> READ_ONLY =
            Set.of("uuid", "draft_version", "published_version", "stream_url", "created_at", "updated_at");
    private static final int MAX_NAME = 200;
    private static final int MAX_DEFINITION_BYTES = 256 * 1024;
    private static final int MAX_VARIABLES_BYTES = 32 * 1024;

    private final Database database;
    private final String gatewayUrl;

    AgentRoutes(Database database, String gatewayUrl) {
        this.database = database;
        this.gatewayUrl = gatewayUrl.endsWith("/") ? gatewayUrl.substring(0, gatewayUrl.length() - 1) : gatewayUrl;
    }

    List<Route> routes() {
        return List.of(
                Route.post(AGENTS, this::create),
                Route.list(AGENTS, this::list),
                Route.get(AGENT, this::get),
                Route.patch(AGENT, this::change),
                Route.delete(AGENT, this::archive),
                Route.put(AGENT + "/draft", this::saveDraft),
                Route.action(AGENT + "/publish", this::publish),
                Route.list(AGENT + "/versions", this::versions));
    }

    private Reply create(Call call) {
        Fields in = call.body();
        String name = in.requiredText("name", MAX_NAME);
        ObjectNode definition = definition(in);
        ObjectNode variables = variables(in);
        if (in.isBad()) {
            return in.badRequest();
        }
        UUID uuid = UUID.randomUUID();
        ObjectNode out = database.inTransaction(connection -> {
            long id = Agents.create(
                    connection,
                    uuid,
                    call.organizationId(),
                    call.caller().userId(),
                    name,
                    variables == null ? Json.object() : variables);
            AgentVersions.saveDraft(connection, id, definition);
            return shown(connection, call, uuid).orElseThrow();
        });
        return Reply.created(out, AGENTS + "/" + uuid);
    }

    private Reply list(Call call) {
        int limit = call.query().limit();
        long before = call.query().cursor(Cursor.AGENTS, Long.MAX_VALUE);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        return database.inTransaction(connection -> {
            Optional<String> domain = onlyDomain(connection, call);
            Page<Agents.Agent> page = Page.of(limit, Cursor.AGENTS, Agents.Agent::id, agent -> json(agent, domain));
            Agents.list(connection, call.organizationId(), before, limit + 1, page);
            return page.reply();
        });
    }

    private Reply get(Call call) {
        return call.uuid()
                .flatMap(uuid -> database.withConnection(connection -> shown(connection, call, uuid)))
                .map(Reply::ok)
                .orElseGet(Reply::notFound);
    }

    private Reply change(Call call) {
        return locked(call, (connection, id, shown) -> {
            Fields in = call.body();
            in.against(shown, READ_ONLY);
            String name = in.text("name", MAX_NAME);
            ObjectNode variables = in.isNull(VARIABLES) ? Json.object() : variables(in);
            ObjectNode definition = in.has("definition") ? definition(in) : null;
            if (in.isBad()) {
                return Optional.of(in.badRequest());
            }
            if (name != null || variables != null) {
                Agents.change(connection, id, name, variables);
            }
            if (definition != null) {
                AgentVersions.saveDraft(connection, id, definition);
            }
            return Optional.empty();
        });
    }

    private Reply archive(Call call) {
        boolean done = call.uuid()
                .map(uuid -> database.withConnection(
                        connection -> Agents.archive(connection, call.organizationId(), uuid)))
                .orElse(false);
        return done ? Reply.noContent() : Reply.notFound();
    }

    private Reply saveDraft(Call call) {
        Fields in = call.body();
        ObjectNode definition = definition(in);
        if (in.isBad()) {
            return in.badRequest();
        }
        return locked(call, (connection, id, shown) -> {
            AgentVersions.saveDraft(connection, id, definition);
            return Optional.empty();
        });
    }

    private Reply publish(Call call) {
        return locked(
                call,
                (connection, id, shown) -> AgentVersions.publish(connection, id)
                        ? Optional.empty()
                        : Optional.of(Reply.conflict("This agent has no draft to publish.")));
    }

    private Reply versions(Call call) {
        int limit = call.query().limit();
        long before = call.query().cursor(Cursor.VERSIONS, Integer.MAX_VALUE);
        if (call.query().isBad()) {
            return call.query().badRequest();
        }
        Optional<UUID> uuid = call.uuid();
        if (uuid.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Agents.Agent> agent = Agents.find(connection, call.organizationId(), uuid.get());
            if (agent.isEmpty()) {
                return Reply.notFound();
            }
            int from = (int) Math.min(before, Integer.MAX_VALUE);
            Page<AgentVersions.AgentVersion> page =
                    Page.of(limit, Cursor.VERSIONS, AgentVersions.AgentVersion::number, AgentRoutes::json);
            AgentVersions.list(connection, agent.get().id(), from, limit + 1, page);
            return page.reply();
        });
    }

    /// A change of an agent that nobody else changes meanwhile; the answer where it was not made. `shown`: what the agent's owner
    /// saw before.
    @FunctionalInterface
    private interface Change {
        Optional<Reply> apply(Connection connection, long agentId, ObjectNode shown) throws SQLException;
    }

    private Reply locked(Call call, Change change) {
        Optional<UUID> uuid = call.uuid();
        if (uuid.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Long> id = Agents.lock(connection, call.organizationId(), uuid.get());
            if (id.isEmpty()) {
                return Reply.notFound();
            }
            Optional<Reply> refusal =
                    change.apply(connection, id.get(), shown(connection, call, uuid.get()).orElseThrow());
            return refusal.isPresent()
                    ? refusal.get()
                    : Reply.ok(shown(connection, call, uuid.get()).orElseThrow());
        });
    }

    /// The definition, which must be there; an empty one where it is not, or is none.
    private ObjectNode definition(Fields in) {
        in.require("definition");
        ObjectNode definition = in.object("definition", MAX_DEFINITION_BYTES);
        if (definition == null) {
            return Json.object();
        }
        for (Problem problem : AgentDefinitions.problems(definition)) {
            in.error("definition." + problem.field(), problem.message());
        }
        return definition;
    }

    private static @Nullable ObjectNode variables(Fields in) {
        ObjectNode variables = in.object(VARIABLES, MAX_VARIABLES_BYTES);
        if (variables != null) {
            variables.propertyNames().stream()
                    .filter(BUILT_IN::contains)
                    .forEach(name -> in.error(VARIABLES + "." + name, "is the name of what every call has by itself"));
        }
        return variables;
    }

    private Optional<ObjectNode> shown(Connection connection, Call call, UUID uuid) throws SQLException {
        Optional<Agents.Agent> agent = Agents.find(connection, call.organizationId(), uuid);
        Optional<String> domain = onlyDomain(connection, call);
        return agent.map(found -> json(found, domain));
    }

    private static Optional<String> onlyDomain(Connection connection, Call call) throws SQLException {
        return TelephonyConfigurations.onlyDomain(connection, call.organizationId(), Providers.CLOUDONIX);
    }

    private ObjectNode json(Agents.Agent agent, Optional<String> domain) {
        ObjectNode out = Json.object();
        out.put("uuid", agent.uuid().toString());
        out.put("name", agent.name());
        out.set("definition", agent.definition());
        out.set(VARIABLES, agent.templateContextVariables());
        out.put("draft_version", agent.draftVersion());
        out.put("published_version", agent.publishedVersion());
        out.put("stream_url", streamUrl(agent.uuid(), domain));
        out.put("created_at", Json.time(agent.createdAt()));
        out.put("updated_at", Json.time(agent.updatedAt()));
        return out;
    }

    /// Without a Domain where the organisation has none or several: then the carrier's own frame says which.
    private String streamUrl(UUID uuid, Optional<String> domain) {
        return gatewayUrl + "/api/v1/agent-stream/" + uuid + "?provider=" + Providers.CLOUDONIX
                + domain.map(name -> "&Domain=" + name).orElse("");
    }

    private static ObjectNode json(AgentVersions.AgentVersion version) {
        ObjectNode out = Json.object();
        out.put("number", version.number());
        out.put("status", version.status());
        out.set("definition", version.definition());
        out.put("created_at", Json.time(version.createdAt()));
        out.put("updated_at", Json.time(version.updatedAt()));
        out.put("published_at", Json.time(version.publishedAt()));
        return out;
    }
}
