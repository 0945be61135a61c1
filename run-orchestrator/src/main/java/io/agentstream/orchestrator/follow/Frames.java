package io.agentstream.orchestrator.follow;

import java.nio.charset.StandardCharsets;

/// Server-sent events, as the HTML standard has them (section 9.2).
public final class Frames {
    /// How long a client is asked to wait before it connects again.
    private static final int RETRY_MS = 1_000;

    private Frames() {}

    static byte[] event(Mark id, byte[] json) {
        return bytes("id: " + id.text() + "\ndata: " + new String(json, StandardCharsets.UTF_8) + "\n\n");
    }

    /// One of another kind than what happens in runs.
    static byte[] control(String kind, String reason) {
        return bytes("event: " + kind + "\ndata: {\"reason\":\"" + reason + "\"}\n\n");
    }

    static byte[] begin(Mark id) {
        return bytes("retry: " + RETRY_MS + "\nid: " + id.text() + "\n\n");
    }

    /// A client that hears it knows that the other side is there, and from where to go on.
    static byte[] alive(Mark id) {
        return bytes(": alive\nid: " + id.text() + "\n\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
