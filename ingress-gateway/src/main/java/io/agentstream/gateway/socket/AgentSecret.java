package io.agentstream.gateway.socket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The agent's UUID, of which only its digest is kept, told from other text: a URL or a document that is put together wrongly has it in
/// places whose values are repeated and recorded. Any thread.
///
/// @param digest SHA-256, in hexadecimal, of the lower-cased UUID
record AgentSecret(String digest) {

    /// What stands in its place.
    static final String HIDDEN = "agent-uuid";

    private static final Pattern UUID = Pattern.compile(
            "([0-9A-Fa-f]{8})[-_]?([0-9A-Fa-f]{4})[-_]?([0-9A-Fa-f]{4})[-_]?([0-9A-Fa-f]{4})[-_]?([0-9A-Fa-f]{12})");

    static AgentSecret of(String agent) {
        return new AgentSecret(digestOf(agent));
    }

    private static String digestOf(String agent) {
        try {
            byte[] text = agent.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// `text` with [#HIDDEN] wherever it has the UUID, in any case, with its dashes or without.
    @Nullable String hidden(@Nullable String text) {
        return text == null ? null : shown(text);
    }

    String shown(String text) {
        return UUID.matcher(text).replaceAll(found -> digest.equals(
                        digestOf(found.group(1) + "-" + found.group(2) + "-" + found.group(3) + "-" + found.group(4) + "-" + found.group(5)))
                ? HIDDEN
                : found.group());
    }

    /// As [#shown], of each value.
    Map<String, String> shown(Map<String, String> values) {
        Map<String, String> shown = new LinkedHashMap<>();
        values.forEach((name, value) -> shown.put(shown(name), shown(value)));
        return shown;
    }
}
