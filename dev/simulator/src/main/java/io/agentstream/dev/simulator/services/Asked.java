package io.agentstream.dev.simulator.services;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A request.
///
/// @param path without parameters
/// @param query decoded; of a name that stands twice, the values with a comma between them
/// @param headers their names in small letters
public record Asked(String method, String path, Map<String, String> query, Map<String, String> headers, String body) {

    private static final int MAX_HEAD_BYTES = 64 * 1_024;
    private static final int MAX_BODY_BYTES = 8 << 20;

    /// @return nothing where the connection ended in order
    static Optional<Asked> read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0 && head.size() == 0) {
                return Optional.empty();
            }
            if (next < 0 || head.size() > MAX_HEAD_BYTES) {
                throw new EOFException("no complete request");
            }
            head.write(next);
        }
        String[] lines = head.toString(StandardCharsets.ISO_8859_1).strip().split("\r\n", -1);
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip());
        }
        String[] first = lines[0].split(" ", -1);
        int question = first[1].indexOf('?');
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        if (length > MAX_BODY_BYTES) {
            throw new IOException("a body of " + length + " bytes");
        }
        return Optional.of(new Asked(
                first[0], question < 0 ? first[1] : first[1].substring(0, question),
                question < 0 ? Map.of() : query(first[1].substring(question + 1)), Map.copyOf(headers),
                new String(in.readNBytes(length), StandardCharsets.UTF_8)));
    }

    private static Map<String, String> query(String text) {
        Map<String, String> query = new HashMap<>();
        for (String part : text.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = decode(equals < 0 ? part : part.substring(0, equals));
            query.merge(name, equals < 0 ? "" : decode(part.substring(equals + 1)), (one, other) -> one + "," + other);
        }
        return Map.copyOf(query);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
