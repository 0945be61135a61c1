package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import io.agentstream.agents.definition.Services.Service;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is odd in an agent, but does no harm. For one use by one thread.
final class GraphWarnings {

    private static final String ENGLISH_EAR = "flux-general-en";

    private final AgentGraph graph;
    private final Problems odd;

    GraphWarnings(AgentGraph graph, Problems odd) {
        this.graph = graph;
        this.odd = odd;
    }

    /// @param named where each variable is named first, by its name
    void find(Map<String, String> named) {
        Set<String> reached = reached();
        graph.nodes().keySet().stream()
                .filter(name -> !reached.contains(name))
                .forEach(name -> odd.add(child("nodes", name), "is never reached"));
        Set<String> used = new HashSet<>();
        agents().forEach(agent -> used.addAll(agent.tools()));
        graph.tools().keySet().stream()
                .filter(name -> !used.contains(name))
                .forEach(name -> odd.add(child("tools", name), "is used by no node"));
        agents().filter(agent -> !leadsOn(agent)).forEach(agent -> odd.add(
                child("nodes", agent.name()), "leads nowhere: it lasts until the caller hangs up, falls silent, or max_rounds is reached"));
        Set<String> known = known();
        named.forEach((name, at) -> {
            if (!known.contains(name)) {
                odd.add(at, "names {{" + name + "}}, which nothing here sets: it has to come with the call or with the agent's own"
                        + " variables");
            }
        });
        calls(graph);
        voices();
        boolean english = graph.settings().language().startsWith("en");
        if (!english && graph.services().mouths().stream().anyMatch(mouth -> mouth.service().equals("offline"))) {
            odd.add("services.mouth", "has the offline voice, which speaks English only");
        }
        List<Service> ears = graph.services().ears();
        for (int index = 0; !english && index < ears.size(); index++) {
            if (ENGLISH_EAR.equals(ears.get(index).model()) && ears.get(index).service().equals("deepgram")) {
                odd.add("services.ear." + index + ".model", "hears English only: flux-general-multi hears other languages");
            }
        }
    }

    /// Services that know voices by ids refuse every sentence where they are given a name. Who speaks their protocol somewhere else may have names.
    private void voices() {
        List<Service> mouths = graph.services().mouths();
        for (int index = 0; index < mouths.size(); index++) {
            Service mouth = mouths.get(index);
            String voice = mouth.voice() == null ? graph.settings().voice() : mouth.voice();
            VoiceIds ids = VoiceIds.OF.get(mouth.service());
            if (voice != null && ids != null && mouth.baseUrl() == null && !ids.form().matcher(voice).matches()) {
                odd.add(
                        mouth.voice() == null ? "settings.voice" : "services.mouth." + index + ".voice",
                        "is no voice of " + mouth.service() + ", which knows them by ids of " + ids.words() + " and not by names");
            }
        }
    }

    /// @param words how the form is said
    private record VoiceIds(Pattern form, String words) {

        private static final Map<String, VoiceIds> OF = Map.of(
                "elevenlabs", new VoiceIds(Pattern.compile("[A-Za-z0-9]{20}"), "twenty letters and digits"),
                "cartesia", new VoiceIds(Pattern.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"), "the form of a UUID"));
    }

    private Stream<Node.Agent> agents() {
        return graph.nodes().values().stream().filter(Node.Agent.class::isInstance).map(Node.Agent.class::cast);
    }

    private Set<String> reached() {
        Set<String> reached = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        Stream.of(graph.start(), graph.settings().idle().go(), graph.settings().trouble().go())
                .filter(Objects::nonNull)
                .forEach(open::add);
        while (!open.isEmpty()) {
            Node node = graph.node(open.remove());
            if (reached.add(node.name())) {
                open.addAll(Ways.of(node));
                if (node instanceof Node.Agent agent) {
                    agent.tools().forEach(tool -> open.addAll(Ways.of(graph.tool(tool))));
                }
            }
        }
        return reached;
    }

    private boolean leadsOn(Node.Agent agent) {
        return agent.common().next() != null
                || !agent.common().edges().isEmpty()
                || agent.tools().stream().map(graph::tool).anyMatch(tool -> switch (tool) {
                    case Tool.HangUp _, Tool.EndWithOutcome _, Tool.Transfer _ -> true;
                    case Tool.Http _, Tool.Mcp _, Tool.SendDtmf _, Tool.SetVariable _ -> false;
                });
    }

    private Set<String> known() {
        Set<String> known = new HashSet<>(graph.variables().keySet());
        known.addAll(Values.BUILT_IN);
        known.addAll(List.of(Values.DIGIT, Values.VALUE, Values.TRANSFER));
        graph.nodes().values().forEach(node -> {
            switch (node) {
                case Node.Gather gather when gather.into() != null -> known.add(gather.into());
                case Node.Capture capture -> known.add(capture.into());
                case Node.Http http when http.into() != null -> known.add(http.into());
                case Node.Set set -> known.addAll(set.values().keySet());
                case Node.Say _, Node.Gather _, Node.Agent _, Node.Transfer _, Node.Http _, Node.HangUp _ -> {}
            }
        });
        graph.tools().values().forEach(tool -> {
            switch (tool) {
                case Tool.Http http -> {
                    known.addAll(http.parameters().keySet());
                    if (http.into() != null) {
                        known.add(http.into());
                    }
                }
                case Tool.SetVariable set -> known.addAll(set.variables().keySet());
                case Tool.Mcp _, Tool.Transfer _, Tool.HangUp _, Tool.SendDtmf _, Tool.EndWithOutcome _ -> {}
            }
        });
        return known;
    }

    /// A key that is sent so that anybody on the way can read it.
    private void calls(AgentGraph graph) {
        graph.nodes().values().forEach(node -> {
            if (node instanceof Node.Http http) {
                open(child("nodes", node.name()), http.call().key(), http.call().url().text());
            }
        });
        graph.tools().values().forEach(tool -> {
            switch (tool) {
                case Tool.Http http -> open(child("tools", tool.name()), http.call().key(), http.call().url().text());
                case Tool.Mcp mcp -> open(child("tools", tool.name()), mcp.key(), mcp.url());
                case Tool.Transfer _, Tool.HangUp _, Tool.SendDtmf _, Tool.SetVariable _, Tool.EndWithOutcome _ -> {}
            }
        });
    }

    private void open(String at, @Nullable String key, String url) {
        if (key != null && url.startsWith("http://")) {
            odd.add(at + ".url", "is not encrypted, and the key goes over it");
        }
    }
}
