package io.agentstream.gateway.socket;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads a value of a query as RFC 3986 has it, where a plus sign is a plus sign: for telephone numbers, which begin with one. Any
/// thread.
final class QueryText {

    private QueryText() {}

    /// The first value of `name` in a query that is not decoded, or null where there is none. An escape that is none stays what it
    /// is.
    static @Nullable String first(String query, String name) {
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (decode(key).equals(name)) {
                return equals < 0 ? "" : decode(pair.substring(equals + 1));
            }
        }
        return null;
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(utf8.length);
        for (int at = 0; at < utf8.length; at++) {
            int high = at + 2 < utf8.length && utf8[at] == '%' ? Character.digit(utf8[at + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(utf8[at + 2], 16) : -1;
            if (low >= 0) {
                out.write(high << 4 | low);
                at += 2;
            } else {
                out.write(utf8[at]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
