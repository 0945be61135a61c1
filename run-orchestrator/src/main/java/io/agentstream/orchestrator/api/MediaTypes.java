package io.agentstream.orchestrator.api;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether we can read what is sent, and whether what we answer can be read.
final class MediaTypes {
    static final String JSON = "application/json";
    static final String PROBLEM = "application/problem+json";

    private static final Set<String> JSON_RANGES = Set.of("*/*", "application/*", JSON);
    private static final Set<String> BODIES = Set.of(JSON, "application/merge-patch+json");

    private MediaTypes() {}

    /// Whether a Content-Type is JSON in UTF-8. A body without a type is taken at its word.
    static boolean isReadable(@Nullable String contentType) {
        if (contentType == null) {
            return true;
        }
        List<String> parts = parts(contentType, ";");
        return BODIES.contains(parts.getFirst())
                && parts.stream()
                        .filter(part -> part.startsWith("charset="))
                        .allMatch(part -> part.replace("\"", "").equals("charset=utf-8"));
    }

    /// Whether a Content-Encoding says that the body is as it is.
    static boolean isPlain(@Nullable String contentEncoding) {
        return contentEncoding == null || contentEncoding.strip().equalsIgnoreCase("identity");
    }

    /// Whether an Accept header, all its values joined by commas, allows JSON.
    static boolean acceptsJson(@Nullable String accept) {
        if (accept == null || accept.isBlank()) {
            return true;
        }
        for (String range : parts(accept, ",")) {
            List<String> parts = parts(range, ";");
            boolean refused = parts.stream().anyMatch(part -> part.matches("q=0(\\.0*)?"));
            if (JSON_RANGES.contains(parts.getFirst()) && !refused) {
                return true;
            }
        }
        return false;
    }

    private static List<String> parts(String header, String separator) {
        return java.util.Arrays.stream(header.toLowerCase(Locale.ROOT).split(separator, -1))
                .map(String::strip)
                .toList();
    }
}
