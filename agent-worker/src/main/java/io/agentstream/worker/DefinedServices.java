package io.agentstream.worker;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.worker.engine.cascade.Ports;
import io.agentstream.worker.engine.cascade.ToolServer;
import io.agentstream.worker.engine.cascade.Tools;
import io.agentstream.worker.engine.realtime.SpeechPorts;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.BrainService;
import io.agentstream.worker.service.BrainSettings;
import io.agentstream.worker.service.Connection;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.EarService;
import io.agentstream.worker.service.EarSettings;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.MouthService;
import io.agentstream.worker.service.MouthSettings;
import io.agentstream.worker.service.Patience;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.RealtimeService;
import io.agentstream.worker.service.RealtimeSettings;
import io.agentstream.worker.service.Services;
import io.agentstream.worker.tool.HttpTools;
import io.agentstream.worker.tool.McpTools;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Opens what the definitions of one organisation name. Any thread; returns at once.
public final class DefinedServices implements Ports, SpeechPorts {

    /// Enough for a few sentences.
    private static final int USUAL_MAX_TOKENS = 500;

    private final Services services;
    private final ServiceKeys keys;
    private final HttpTools tools;
    private final McpTools servers;
    private final long organizationId;

    public DefinedServices(Services services, ServiceKeys keys, HttpTools tools, McpTools servers, long organizationId) {
        this.services = services;
        this.keys = keys;
        this.tools = tools;
        this.servers = servers;
        this.organizationId = organizationId;
    }

    /// @throws IllegalArgumentException where there is no such service
    @Override
    public Ear ear(Service named, Settings settings, Ear.Listener listener) {
        EarService service = known(services.ear(named.service()));
        return service.open(
                new EarSettings(
                        connection(named, Patience.EAR), or(named.model(), service.usualModel()), settings.language(),
                        settings.endpointing().maxMs(), OptionWords.keyterms(named), OptionWords.ofEar(named)),
                listener);
    }

    /// @throws IllegalArgumentException where there is no such service, or no model is named
    @Override
    public Brain brain(Service named) {
        BrainService service = known(services.brain(named.service()));
        if (named.model() == null) {
            throw new IllegalArgumentException("a brain without a model");
        }
        int maxTokens = named.maxTokens() == null ? USUAL_MAX_TOKENS : named.maxTokens();
        return service.open(new BrainSettings(
                connection(named, Patience.BRAIN), named.model(), named.temperature(), maxTokens, OptionWords.ofBrain(named, maxTokens)));
    }

    /// @throws IllegalArgumentException where there is no such service
    @Override
    public Mouth mouth(Service named, Settings settings) {
        MouthService service = known(services.mouth(named.service()));
        return service.open(new MouthSettings(
                connection(named, Patience.MOUTH), or(named.model(), service.usualModel()),
                or(named.voice(), or(settings.voice(), service.usualVoice())), settings.language(),
                OptionWords.ofMouth(named)));
    }

    /// A tool's key goes where the definition says, so that it is the organisation's own or none.
    @Override
    public Tools tools() {
        return (request, use, listener) -> tools.use(request, use, keys.source(organizationId, request.key(), false), listener);
    }

    @Override
    public ToolServer server(io.agentstream.agents.definition.Tool.Mcp server) {
        return servers.open(server, keys.source(organizationId, server.key(), false));
    }

    /// @throws IllegalArgumentException where there is no such service
    @Override
    public Realtime realtime(
            Service named, Settings settings, String instructions, List<Tool> tools, List<Message> history, Realtime.Listener listener) {
        RealtimeService service = known(services.realtime(named.service()));
        ObjectNode options = options();
        if (named.maxTokens() != null) {
            options.put("max_output_tokens", named.maxTokens());
        }
        return service.open(
                new RealtimeSettings(
                        connection(named, Patience.BRAIN), or(named.model(), service.usualModel()),
                        or(named.voice(), or(settings.voice(), service.usualVoice())), instructions, settings.language(), tools,
                        RealtimeSettings.USUAL_SESSION_MS, options),
                history, listener);
    }

    @Override
    public String model(Role role, Service named) {
        return or(named.model(), switch (role) {
            case EAR -> services.ear(named.service()).map(EarService::usualModel).orElse("");
            case MOUTH -> services.mouth(named.service()).map(MouthService::usualModel).orElse("");
            case REALTIME -> services.realtime(named.service()).map(RealtimeService::usualModel).orElse("");
            case BRAIN, OTHER -> "";
        });
    }

    private Connection connection(Service named, Patience patience) {
        @Nullable URI url = named.baseUrl() == null ? null : URI.create(named.baseUrl());
        return new Connection(url, keys.source(organizationId, named.key(), url == null), patience);
    }

    private static <T> T known(Optional<T> service) {
        return service.orElseThrow(() -> new IllegalArgumentException("no such service"));
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    private static ObjectNode options() {
        return Json.MAPPER.createObjectNode();
    }
}
