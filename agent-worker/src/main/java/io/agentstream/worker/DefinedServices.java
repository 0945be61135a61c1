package io.agentstream.worker;

import io.agentstream.agents.definition.Services.Service;
import io.agentstream.agents.definition.Settings;
import io.agentstream.schemas.Json;
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
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Opens what a definition names. Any thread; returns at once.
public final class DefinedServices {

    /// Enough for a few sentences.
    private static final int USUAL_MAX_TOKENS = 500;

    private final Services services;
    private final ServiceKeys keys;

    public DefinedServices(Services services, ServiceKeys keys) {
        this.services = services;
        this.keys = keys;
    }

    /// @throws IllegalArgumentException where there is no such service
    public Ear ear(Service named, Settings settings, Ear.Listener listener) {
        EarService service = known(services.ear(named.service()));
        return service.open(
                new EarSettings(
                        connection(named, Patience.EAR), or(named.model(), service.usualModel()), settings.language(),
                        settings.endpointing().maxMs(), List.of(), options()),
                listener);
    }

    /// @throws IllegalArgumentException where there is no such service, or no model is named
    public Brain brain(Service named) {
        BrainService service = known(services.brain(named.service()));
        if (named.model() == null) {
            throw new IllegalArgumentException("a brain without a model");
        }
        return service.open(new BrainSettings(
                connection(named, Patience.BRAIN), named.model(), named.temperature(),
                named.maxTokens() == null ? USUAL_MAX_TOKENS : named.maxTokens(), options()));
    }

    /// @throws IllegalArgumentException where there is no such service
    public Mouth mouth(Service named, Settings settings) {
        MouthService service = known(services.mouth(named.service()));
        return service.open(new MouthSettings(
                connection(named, Patience.MOUTH), or(named.model(), service.usualModel()),
                or(named.voice(), or(settings.voice(), service.usualVoice())), settings.language(), options()));
    }

    /// @param history what was said before, where the call goes on from another worker
    /// @throws IllegalArgumentException where there is no such service
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

    private Connection connection(Service named, Patience patience) {
        @Nullable URI url = named.baseUrl() == null ? null : URI.create(named.baseUrl());
        return new Connection(url, keys.source(named.key(), url), patience);
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
