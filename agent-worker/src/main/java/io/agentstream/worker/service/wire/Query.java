package io.agentstream.worker.service.wire;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Builds a service's URL: a base, a path, and parameters, percent-encoded. One thread at a time.
public final class Query {

    private final StringBuilder url;
    private final Set<String> ours = new LinkedHashSet<>();
    private boolean any;

    /// @param base as configured: with or without a path, a last slash, a query
    /// @param scheme what is to stand in place of `http`, with an `s` behind it where the base is encrypted: `http` or `ws`
    public Query(URI base, String scheme, String path) {
        String given = base.getScheme();
        boolean encrypted = "https".equalsIgnoreCase(given) || "wss".equalsIgnoreCase(given);
        String before = base.getRawPath() == null ? "" : base.getRawPath();
        url = new StringBuilder(scheme)
                .append(encrypted ? "s" : "")
                .append("://")
                .append(base.getRawAuthority())
                .append(before.endsWith("/") ? before.substring(0, before.length() - 1) : before)
                .append(path);
        if (base.getRawQuery() != null) {
            url.append('?').append(base.getRawQuery());
            any = true;
        }
    }

    public Query with(String name, String value) {
        url.append(any ? '&' : '?').append(encode(name)).append('=').append(encode(value));
        any = true;
        ours.add(name);
        return this;
    }

    /// Scalars as they are, lists as a parameter for each entry; names that are there already are passed over.
    public Query withOptions(JsonNode options) {
        Set<String> taken = Set.copyOf(ours);
        options.properties().stream().filter(entry -> !taken.contains(entry.getKey())).forEach(entry -> {
            if (entry.getValue().isArray()) {
                entry.getValue().forEach(each -> with(entry.getKey(), each.asString("")));
            } else if (entry.getValue().isValueNode()) {
                with(entry.getKey(), entry.getValue().asString(""));
            }
        });
        return this;
    }

    public URI uri() {
        return URI.create(url.toString());
    }

    /// As a part of a path or a parameter; a blank is `%20`, which every service takes.
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
