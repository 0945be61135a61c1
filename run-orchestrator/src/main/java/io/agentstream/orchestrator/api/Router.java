package io.agentstream.orchestrator.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Finds the route for a method and a path. A path that is spelt out wins over one with names in it. Any thread.
final class Router {
    private final List<Entry> entries;

    private record Entry(Route route, List<String> segments) {}

    sealed interface Match {
        record Found(Route route, Map<String, String> path) implements Match {}

        /// The path is known, with other methods.
        record OtherMethods(Set<String> allowed) implements Match {}

        record Nothing() implements Match {}
    }

    Router(List<Route> routes) {
        this.entries = routes.stream()
                .map(route -> new Entry(route, route.segments()))
                .toList();
    }

    Match match(String method, String path) {
        List<String> segments = List.of(path.split("/", -1));
        String wanted = method.equals("HEAD") ? "GET" : method;
        List<Match.Found> candidates = entries.stream()
                .flatMap(entry -> values(entry.segments(), segments).map(values -> new Match.Found(entry.route(), values)).stream())
                .toList();
        // What is spelt out is a thing of its own, also where it lacks a method that its namesakes have.
        int leastNamed = candidates.stream().mapToInt(each -> each.path().size()).min().orElse(0);
        List<Match.Found> here = candidates.stream().filter(each -> each.path().size() == leastNamed).toList();
        Optional<Match.Found> found = here.stream().filter(each -> each.route().method().equals(wanted)).findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        if (here.isEmpty()) {
            return new Match.Nothing();
        }
        Set<String> allowed = here.stream().map(each -> each.route().method()).collect(Collectors.toCollection(TreeSet::new));
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        return new Match.OtherMethods(allowed);
    }

    private static Optional<Map<String, String>> values(List<String> template, List<String> path) {
        if (template.size() != path.size()) {
            return Optional.empty();
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < template.size(); i++) {
            String part = template.get(i);
            if (part.startsWith("{")) {
                values.put(part.substring(1, part.length() - 1), path.get(i));
            } else if (!part.equals(path.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }
}
