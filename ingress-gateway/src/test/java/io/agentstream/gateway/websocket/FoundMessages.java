package io.agentstream.gateway.websocket;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Writes down what a reader finds, one line each.
record FoundMessages(List<String> found) implements Messages {

    @Override
    public void text(byte[] bytes, int from, int to) {
        found.add("text " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    @Override
    public void ping(byte[] bytes, int from, int to) {
        found.add("ping " + new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    @Override
    public void other() {
        found.add("other");
    }

    @Override
    public void close(int code) {
        found.add("close " + code);
    }

    @Override
    public void broken(Breach breach) {
        found.add("broken " + breach);
    }
}
