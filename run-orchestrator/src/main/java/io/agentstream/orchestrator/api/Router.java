package io.agentstream.orchestrator.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Finds the route for a method and a path. A literal segment wins over a named one. Any thread.
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
        Set<String> allowed = new TreeSet<>();
        List<Match.Found> found = new ArrayList<>();
        for (Entry entry : entries) {
            Optional<Map<String, String>> values = values(entry.segments(), segments);
            if (values.isPresent()) {
                allowed.add(entry.route().method());
                if (entry.route().method().equals(wanted)) {
                    found.add(new Match.Found(entry.route(), values.get()));
                }
            }
        }
        if (!found.isEmpty()) {
            return found.stream()
                    .min((a, b) -> Integer.compare(a.path().size(), b.path().size()))
                    .orElseThrow();
        }
        if (allowed.isEmpty()) {
            return new Match.Nothing();
        }
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
