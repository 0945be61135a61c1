package io.agentstream.orchestrator.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which bytes of a file a request wants (RFC 9110, section 14).
///
/// @param from the first byte
/// @param until the one behind the last; not behind `from` where none of the bytes that are wanted are there
record ByteRange(long from, long until) {

    private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,15})-(\\d{0,15})");

    /// Null where the whole file is to be answered: nothing is said of ranges, or what we do not serve, such as several.
    static @Nullable ByteRange of(@Nullable String header, long bytes) {
        Matcher range = ONE.matcher(header == null ? "" : header.replace(" ", ""));
        if (!range.matches()) {
            return null;
        }
        String first = range.group(1);
        String last = range.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? null : new ByteRange(Math.max(0, bytes - Long.parseLong(last)), bytes);
        }
        long from = Long.parseLong(first);
        long until = last.isEmpty() ? bytes : Math.min(bytes, Long.parseLong(last) + 1);
        return !last.isEmpty() && Long.parseLong(last) < from ? null : new ByteRange(from, until);
    }

    boolean isSatisfiable() {
        return from < until;
    }

    String contentRange(long bytes) {
        return "bytes " + from + "-" + (until - 1) + "/" + bytes;
    }
}
