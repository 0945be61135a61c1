package io.agentstream.orchestrator.api;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.agents.definition.AgentSchema;
import io.agentstream.agents.definition.Problem;
import io.agentstream.orchestrator.decide.Contexts;
import io.agentstream.orchestrator.store.AgentVersions;
import io.agentstream.orchestrator.store.Agents;
import io.agentstream.orchestrator.store.AuditLog;
import io.agentstream.orchestrator.store.Changes;
import io.agentstream.orchestrator.store.Database;
import io.agentstream.orchestrator.store.Providers;
import io.agentstream.orchestrator.store.TelephonyConfigurations;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
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
            Set.of("uuid", "draft_version", "published_version", "stream_url", "warnings", "created_at", "updated_at");
    private static final byte[] SCHEMA = Json.bytes(AgentSchema.json());
    private static final int MAX_NAME = 200;
    static final int MAX_LIVE = 1_000;

    /// Of those that are archived everything stays, for their runs.
    static final int MAX_EVER = 10_000;

    /// As PostgreSQL stores them, that is compressed: some thousand versions of large agents. Whoever asks at the same time may be a little above, and
    /// who makes drafts larger by what these may be.
    static final long MAX_STORED_BYTES = 256L << 20;

    private static final int MAX_DEFINITION_BYTES = 256 * 1024;
    private static final int MAX_VARIABLES_BYTES = 32 * 1024;

    private final Database database;
    private final String gatewayUrl;
    private final AgentWarnings warnings = new AgentWarnings(AgentDefinitions::warnings);

    AgentRoutes(Database database, String gatewayUrl) {
        this.database = database;
        this.gatewayUrl = gatewayUrl.endsWith("/") ? gatewayUrl.substring(0, gatewayUrl.length() - 1) : gatewayUrl;
    }

    List<Route> routes() {
        return List.of(
                Route.post(Access.WRITE, AGENTS, this::create),
                Route.list(Access.READ, AGENTS, this::list),
                Route.get(Access.READ, AGENTS + "/schema", call -> Reply.ok(SCHEMA)),
                Route.get(Access.READ, AGENT, this::get),
                Route.patch(Access.WRITE, AGENT, this::change),
                Route.delete(Access.WRITE, AGENT, this::archive),
                Route.put(Access.WRITE, AGENT + "/draft", this::saveDraft),
                Route.action(Access.WRITE, AGENT + "/publish", this::publish),
                Route.list(Access.READ, AGENT + "/versions", this::versions),
                Route.delete(Access.WRITE, AGENT + "/versions/{id}", this::deleteVersion));
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
        return database.inTransaction(connection -> {
            Optional<Reply> refusal = tooMany(Agents.count(connection, call.organizationId()));
            if (refusal.isPresent()) {
                return refusal.get();
            }
            long id = Agents.create(
                    connection,
                    uuid,
                    call.organizationId(),
                    call.caller().userId(),
                    name,
                    variables == null ? Json.object() : variables);
            AgentVersions.saveDraft(connection, id, definition);
            Agents.Agent made = find(connection, call, uuid);
            AuditLog.write(connection, call.who(), Changes.agentCreated(made));
            return Reply.created(json(made, onlyDomain(connection, call)), AGENTS + "/" + uuid);
        });
    }

    /// Why no agent more is made; nothing where there is room.
    static Optional<Reply> tooMany(Agents.Count there) {
        if (there.live() >= MAX_LIVE) {
            return Optional.of(Reply.conflict("An organisation has at most " + MAX_LIVE + " agents: archive one first."));
        }
        return there.ever() >= MAX_EVER
                ? Optional.of(Reply.conflict("An organisation makes at most " + MAX_EVER + " agents, those included that are archived."))
                : tooMuch(there);
    }

    /// Why an agent gets no version more. Who writes into a draft that there is gets none, is never refused, and all that is stored is not added up
    /// for it: of agents that are not archived drafts cannot become more than so many times the longest definition.
    static Optional<Reply> noRoom(Connection connection, Call call, Agents.Agent agent) throws SQLException {
        return agent.draftVersion() != null ? Optional.empty() : tooMuch(Agents.count(connection, call.organizationId()));
    }

    /// Why no definition more is stored; nothing where there is room.
    static Optional<Reply> tooMuch(Agents.Count there) {
        return there.bytes() < MAX_STORED_BYTES
                ? Optional.empty()
                : Optional.of(Reply.conflict("The definitions of an organisation's agents, with all their versions, take at most "
                        + (MAX_STORED_BYTES >> 20) + " MiB. Drafts that there are can be changed; for new versions and new agents delete versions"
                        + " that no run used, or have the operator make another organisation."));
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
        return locked(call, Changes::agentChanged, (connection, agent) -> {
            Fields in = call.body();
            in.against(json(agent, onlyDomain(connection, call)), READ_ONLY);
            String name = in.text("name", MAX_NAME);
            ObjectNode variables = in.isNull(VARIABLES) ? Json.object() : variables(in);
            ObjectNode definition = in.has("definition") ? definition(in) : null;
            if (in.isBad()) {
                return Optional.of(in.badRequest());
            }
            Optional<Reply> refusal = definition == null ? Optional.empty() : noRoom(connection, call, agent);
            if (refusal.isPresent()) {
                return refusal;
            }
            if (name != null || variables != null) {
                Agents.change(connection, agent.id(), name, variables);
            }
            if (definition != null) {
                AgentVersions.saveDraft(connection, agent.id(), definition);
            }
            return Optional.empty();
        });
    }

    private Reply archive(Call call) {
        Optional<UUID> uuid = call.uuid();
        if (uuid.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Agents.Agent> gone = Agents.find(connection, call.organizationId(), uuid.get());
            if (gone.isEmpty() || !Agents.archive(connection, call.organizationId(), uuid.get())) {
                return Reply.notFound();
            }
            AuditLog.write(connection, call.who(), Changes.agentArchived(gone.get()));
            return Reply.noContent();
        });
    }

    private Reply saveDraft(Call call) {
        Fields in = call.body();
        ObjectNode definition = definition(in);
        if (in.isBad()) {
            return in.badRequest();
        }
        return locked(call, Changes::agentChanged, (connection, agent) -> {
            Optional<Reply> refusal = noRoom(connection, call, agent);
            if (refusal.isEmpty()) {
                AgentVersions.saveDraft(connection, agent.id(), definition);
            }
            return refusal;
        });
    }

    private Reply publish(Call call) {
        return locked(
                call,
                Changes::agentPublished,
                (connection, agent) -> AgentVersions.publish(connection, agent.id())
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
            Optional<Long> agent = Agents.idEvenIfArchived(connection, call.organizationId(), uuid.get());
            if (agent.isEmpty()) {
                return Reply.notFound();
            }
            int from = (int) Math.min(before, Integer.MAX_VALUE);
            Page<AgentVersions.AgentVersion> page =
                    Page.of(limit, Cursor.VERSIONS, AgentVersions.AgentVersion::number, AgentRoutes::json);
            AgentVersions.list(connection, agent.get(), from, limit + 1, page);
            return page.reply();
        });
    }

    private Reply deleteVersion(Call call) {
        Optional<UUID> uuid = call.uuid();
        Optional<Integer> number = call.id("id").filter(id -> id <= Integer.MAX_VALUE).map(Long::intValue);
        if (uuid.isEmpty() || number.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            Optional<Long> agent = Agents.lockEvenIfArchived(connection, call.organizationId(), uuid.get());
            if (agent.isEmpty()) {
                return Reply.notFound();
            }
            return switch (AgentVersions.delete(connection, agent.get(), number.get())) {
                case AgentVersions.Deleted.Done(AgentVersions.AgentVersion gone) -> {
                    AuditLog.write(connection, call.who(), Changes.agentVersionDeleted(call.organizationId(), agent.get(), gone));
                    yield Reply.noContent();
                }
                case AgentVersions.Deleted.Unknown _ -> Reply.notFound();
                case AgentVersions.Deleted.InUse _ -> Reply.conflict("This version is the agent's draft or the published one.");
                case AgentVersions.Deleted.HasRuns _ -> Reply.conflict("Runs used this version: it is kept for them.");
            };
        });
    }

    /// A change of an agent that nobody else changes meanwhile; the answer where it was not made.
    @FunctionalInterface
    private interface Work {
        Optional<Reply> apply(Connection connection, Agents.Agent agent) throws SQLException;
    }

    /// @param told what the audit log is told of the agent before and after
    private Reply locked(Call call, BiFunction<Agents.Agent, Agents.Agent, AuditLog.Change> told, Work work) {
        Optional<UUID> uuid = call.uuid();
        if (uuid.isEmpty()) {
            return Reply.notFound();
        }
        return database.inTransaction(connection -> {
            if (Agents.lock(connection, call.organizationId(), uuid.get()).isEmpty()) {
                return Reply.notFound();
            }
            Agents.Agent before = find(connection, call, uuid.get());
            Optional<Reply> refusal = work.apply(connection, before);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            Agents.Agent after = find(connection, call, uuid.get());
            AuditLog.write(connection, call.who(), told.apply(before, after));
            return Reply.ok(json(after, onlyDomain(connection, call)));
        });
    }

    /// An agent that is there: made or locked in this transaction.
    private static Agents.Agent find(Connection connection, Call call, UUID uuid) throws SQLException {
        return Agents.find(connection, call.organizationId(), uuid).orElseThrow();
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
        ArrayNode odd = out.putArray("warnings");
        for (Problem warning : warnings.of(agent)) {
            odd.addObject().put("field", "definition." + warning.field()).put("message", warning.message());
        }
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
