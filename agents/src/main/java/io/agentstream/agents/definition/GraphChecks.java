package io.agentstream.agents.definition;

import static io.agentstream.agents.definition.Problems.child;

import io.agentstream.agents.definition.AgentGraph.Engine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What a schema cannot say of an agent: whether its parts fit each other. Of the parts that are well formed; the graph may lack those
/// that are not. For one use by one thread.
final class GraphChecks {

    /// What proves who asks, and must not stand in a definition, in small letters.
    private static final Set<String> PROVING =
            Set.of("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "apikey", "x-auth-token", "x-access-token");

    /// What every request has of its sender.
    private static final String IDEMPOTENCY_KEY = "idempotency-key";

    private final AgentGraph graph;
    private final JsonNode json;
    private final Problems problems;

    /// @param json what the graph was read from
    GraphChecks(AgentGraph graph, JsonNode json, Problems problems) {
        this.graph = graph;
        this.json = json;
        this.problems = problems;
    }

    /// @param services whether the services are well formed
    void check(boolean services) {
        settings();
        graph.variables().keySet().forEach(name -> free("variables." + name, name));
        for (Node node : graph.nodes().values()) {
            String at = child("nodes", node.name());
            twice(at, node.common().edges());
            node(at, node);
        }
        for (Tool tool : graph.tools().values()) {
            tool(child("tools", tool.name()), tool);
        }
        new OfferChecks(graph, problems).check();
        if (services && graph.engine() == Engine.CASCADE) {
            services();
            ServiceOptions.check(graph.services(), problems);
        }
        if (graph.engine() == Engine.REALTIME) {
            new RealtimeChecks(graph, problems).check();
        }
        new Circles(graph).find().forEach(circle -> problems.add(
                child("nodes", circle.getFirst()),
                "leads round in a circle without listening to the caller: " + String.join(", ", circle)));
    }

    private void settings() {
        Settings.Endpointing pause = graph.settings().endpointing();
        if (pause.minMs() > pause.maxMs()) {
            problems.add("settings.endpointing.min_ms", "is more than max_ms");
        }
    }

    private void services() {
        for (Node node : graph.nodes().values()) {
            if (graph.services().ears().isEmpty() && hasToHear(node)) {
                problems.add("services.ear", "is missing, and the node " + node.name() + " listens to words");
            }
            if (graph.services().brains().isEmpty() && hasToThink(node)) {
                problems.add("services.brain", "is missing, and the node " + node.name() + " needs one");
            }
        }
    }

    private static boolean hasToHear(Node node) {
        return switch (node) {
            case Node.Gather gather -> gather.words();
            case Node.Agent agent -> true;
            case Node.Capture capture -> switch (capture.what()) {
                case DATE, EMAIL, NAME -> true;
                case DIGITS, PHONE, YES_NO -> false; // keys do
            };
            case Node.Say _, Node.Transfer _, Node.Http _, Node.Set _, Node.HangUp _ -> false;
        };
    }

    private static boolean hasToThink(Node node) {
        return switch (node) {
            case Node.Agent agent -> true;
            case Node.Gather gather -> gather.common().intents().stream().anyMatch(intent -> intent.words().isEmpty());
            case Node.Say _, Node.Capture _, Node.Transfer _, Node.Http _, Node.Set _, Node.HangUp _ -> false;
        };
    }

    /// No two edges for the same thing: the second would never be taken.
    private void twice(String at, List<Edge> edges) {
        Set<String> seen = new HashSet<>();
        for (int index = 0; index < edges.size(); index++) {
            String place = at + ".edges." + index;
            String what = switch (edges.get(index)) {
                case Edge.Key key -> "the key " + (key.key() == null ? "any" : key.key().toString());
                case Edge.Intent intent -> "the intent " + intent.intent();
                case Edge.Silence _ -> "silence";
                case Edge.Failed failed -> failed.fault() == null ? "any error" : "this error";
                case Edge.Limit _ -> "a limit";
                case Edge.When _ -> "condition " + index;
            };
            String which = edges.get(index) instanceof Edge.Failed failed ? what + failed.fault() : what;
            if (!seen.add(which)) {
                problems.add(place, "is never taken: " + what + " has an edge already");
            }
            if (edges.get(index) instanceof Edge.Intent intent && intent.description() == null && intent.words().isEmpty()) {
                problems.add(place, "has neither a description nor words");
            }
        }
    }

    private void node(String at, Node node) {
        switch (node) {
            case Node.Say _, Node.Agent _ -> {}
            case Node.Gather gather -> gather(at, gather);
            case Node.Capture capture -> capture(at, capture);
            case Node.Transfer transfer -> plan(at, json.path("nodes").path(transfer.name()), transfer.plan());
            case Node.Http http -> {
                call(at, http.call());
                free(at + ".into", http.into());
            }
            case Node.Set set -> set(at, set);
            case Node.HangUp _ -> {}
        }
    }

    private void gather(String at, Node.Gather gather) {
        List<Edge> edges = gather.common().edges();
        boolean byKey = edges.stream().anyMatch(Edge.Key.class::isInstance);
        boolean byIntent = edges.stream().anyMatch(Edge.Intent.class::isInstance);
        Node.Keys keys = gather.keys();
        if (gather.common().next() == null && !byKey && !byIntent) {
            problems.add(at, "is a dead end: give it next, or an edge for a key or an intent");
        }
        if (keys == null && !gather.words()) {
            problems.add(at, "takes neither keys nor words");
        }
        if (byIntent && !gather.words()) {
            problems.add(at + ".words", "is false, but there are edges for intents");
        }
        if (byKey && keys == null) {
            problems.add(at + ".keys", "is missing, but there are edges for keys");
        } else if (byKey && keys != null && keys.max() > 1) {
            problems.add(at + ".keys.max", "is more than 1, so edges for keys are never taken: use conditions on the variable of into");
        }
        if (keys != null && keys.min() > keys.max()) {
            problems.add(at + ".keys.min", "is more than max");
        }
        free(at + ".into", gather.into());
    }

    private void capture(String at, Node.Capture capture) {
        if (capture.min() > capture.max()) {
            problems.add(at + ".min", "is more than max");
        }
        if (!capture.confirm().variables().contains(Values.VALUE)) {
            problems.add(at + ".confirm", "does not say {{value}}");
        }
        boolean keyed = switch (capture.what()) {
            case DIGITS, PHONE, YES_NO -> true;
            case DATE, EMAIL, NAME -> false;
        };
        List<Edge> edges = capture.common().edges();
        for (int index = 0; keyed && index < edges.size(); index++) {
            if (edges.get(index) instanceof Edge.Key key && (key.key() == null || Character.isDigit(key.key()))) {
                problems.add(at + ".edges." + index, "is never taken: digits are the answer; use * or #");
            }
        }
        free(at + ".into", capture.into());
    }

    private void plan(String at, JsonNode given, TransferPlan plan) {
        if (plan.warm() == null) {
            List.of("summary", "hold").stream().filter(given::has).forEach(field -> problems.add(at + "." + field, "is never said: the transfer is blind"));
        } else if (plan.warm().summary() == null) {
            if (graph.engine() == Engine.REALTIME) {
                problems.add(at + ".summary", "is missing: what a service of speech makes of the call, the caller would hear");
            } else if (graph.services().brains().isEmpty() && !problems.isBad("services")) {
                problems.add(at + ".summary", "is missing, and there is no brain that could make it");
            }
        }
    }

    private void set(String at, Node.Set set) {
        if (set.values().isEmpty()) {
            problems.add(at, "gives no variable a value: it needs set or add");
        }
        for (String name : set.values().keySet()) {
            free(at + (set.values().get(name) instanceof Node.Assigned.Plus ? ".add." : ".set.") + name, name);
        }
        JsonNode given = json.path("nodes").path(set.name());
        given.path("add").propertyNames().stream()
                .filter(given.path("set")::has)
                .forEach(name -> problems.add(at + ".add." + name, "is set here too"));
    }

    private void call(String at, HttpCall call) {
        if (call.body() != null && call.method() == HttpCall.Method.GET) {
            problems.add(at + ".body", "goes with no GET");
        }
        if (call.keyHeader() != null && call.key() == null) {
            problems.add(at + ".key_header", "carries nothing: there is no key");
        }
        for (Map.Entry<String, Template> header : call.headers().entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (PROVING.contains(name)) {
                problems.add(at + ".headers." + header.getKey(), "proves who asks: store it as a key, and write its name into key");
            } else if (HttpCall.NOT_TO_BE_SET.contains(name) || name.equals(IDEMPOTENCY_KEY)) {
                problems.add(at + ".headers." + header.getKey(), "is set by the sender itself");
            }
        }
    }

    private void tool(String at, Tool tool) {
        switch (tool) {
            case Tool.Http http -> {
                call(at, http.call());
                free(at + ".into", http.into());
                http.parameters().forEach((name, parameter) -> parameter(at + ".parameters." + name, name, parameter));
            }
            case Tool.Mcp mcp -> {
                if (mcp.keyHeader() != null && mcp.key() == null) {
                    problems.add(at + ".key_header", "carries nothing: there is no key");
                }
                if (mcp.url().startsWith("ws")) {
                    problems.add(at + ".url", "is not an address of http or https");
                }
            }
            case Tool.Transfer transfer -> plan(at, json.path("tools").path(transfer.name()), transfer.plan());
            case Tool.SetVariable set ->
                    set.variables().forEach((name, parameter) -> parameter(at + ".variables." + name, name, parameter));
            case Tool.HangUp _, Tool.SendDtmf _, Tool.EndWithOutcome _ -> {}
        }
    }

    private void parameter(String at, String name, Tool.Parameter parameter) {
        free(at, name);
        if (!parameter.values().isEmpty() && parameter.type() != Tool.Parameter.Type.STRING) {
            problems.add(at + ".values", "goes with texts only");
        }
    }

    private void free(String at, @Nullable String name) {
        if (name != null && GraphParser.isTaken(name)) {
            problems.add(at, "is the name of what every call has by itself");
        }
    }

    /// Ways that lead round without listening: the caller would be talked at, or another system be asked, without end.
    private record Circles(AgentGraph graph) {

        List<List<String>> find() {
            Set<String> done = new HashSet<>();
            List<List<String>> found = new ArrayList<>();
            graph.nodes().keySet().forEach(name -> walk(name, new ArrayList<>(), done, found));
            return found;
        }

        private void walk(String name, List<String> path, Set<String> done, List<List<String>> found) {
            int before = path.indexOf(name);
            if (before >= 0) {
                List<String> circle = new ArrayList<>(path.subList(before, path.size()));
                circle.add(name);
                found.add(circle);
                return;
            }
            Node node = graph.nodes().get(name);
            if (node == null || listens(node) || done.contains(name)) {
                return;
            }
            path.add(name);
            Ways.of(node).forEach(to -> walk(to, path, done, found));
            path.removeLast();
            done.add(name);
        }

        private static boolean listens(Node node) {
            return switch (node) {
                case Node.Gather _, Node.Agent _, Node.Capture _, Node.Transfer _ -> true;
                case Node.Say say -> say.common().edges().stream().anyMatch(Edge.Key.class::isInstance);
                case Node.Http _, Node.Set _, Node.HangUp _ -> false;
            };
        }
    }
}
