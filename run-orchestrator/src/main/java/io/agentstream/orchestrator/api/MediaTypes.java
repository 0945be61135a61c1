package io.agentstream.orchestrator.api;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether we can read what is sent, and whether what we answer can be read.
final class MediaTypes {
    static final String JSON = "application/json";
    static final String PROBLEM = "application/problem+json";

    static final String NDJSON = "application/x-ndjson";
    static final String CSV = "text/csv";
    static final String TEXT = "text/plain";
    static final String WAV = "audio/wav";
    static final String ZSTD = "application/zstd";
    static final String EVENT_STREAM = "text/event-stream";

    private static final Pattern QUALITY = Pattern.compile("q=[01](\\.[0-9]{0,3})?");
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

    /// Which of `offered` an Accept header, all its values joined by commas, wants most; of several the first. As in RFC 9110,
    /// section 12.5.1: of the ranges that fit a type the most specific one counts.
    static Optional<String> best(@Nullable String accept, List<String> offered) {
        if (accept == null || accept.isBlank()) {
            return Optional.of(offered.getFirst());
        }
        List<Range> ranges = parts(accept, ",").stream().map(Range::of).toList();
        return offered.stream()
                .filter(type -> quality(ranges, type) > 0)
                .max(Comparator.comparingDouble((String type) -> quality(ranges, type))
                        .thenComparingInt(type -> -offered.indexOf(type)));
    }

    private static double quality(List<Range> ranges, String type) {
        return ranges.stream()
                .filter(range -> range.fits(type))
                .max(Comparator.comparingInt(Range::specificity).thenComparingDouble(Range::quality))
                .map(Range::quality)
                .orElse(0.0);
    }

    private record Range(String type, double quality) {

        static Range of(String text) {
            List<String> parts = parts(text, ";");
            return new Range(
                    parts.getFirst(),
                    parts.stream()
                            .filter(part -> QUALITY.matcher(part).matches())
                            .findFirst()
                            .map(part -> Double.parseDouble(part.substring(2)))
                            .orElse(1.0));
        }

        boolean fits(String offered) {
            return type.equals("*/*") || type.equals(offered)
                    || (type.endsWith("/*") && offered.startsWith(type.substring(0, type.length() - 1)));
        }

        int specificity() {
            return type.equals("*/*") ? 0 : type.endsWith("/*") ? 1 : 2;
        }
    }

    private static List<String> parts(String header, String separator) {
        return java.util.Arrays.stream(header.toLowerCase(Locale.ROOT).split(separator, -1))
                .map(String::strip)
                .toList();
    }
}
