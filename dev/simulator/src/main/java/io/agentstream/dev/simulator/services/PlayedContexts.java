package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A connection of a voice service that carries several contexts: each speaks on a virtual thread of its own while the connection goes on
/// reading. What was on its way when a context is cancelled still arrives.
abstract class PlayedContexts {

    static final JsonMapper JSON = new JsonMapper();

    private final ServiceSocket socket;
    private final Mishap mishap;
    private final PlayedVoice voice;
    private final PlayedIdle idle;
    private final Map<String, ExecutorService> contexts = new HashMap<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean mishapDone = new AtomicBoolean();

    /// @param idle ends the connection where nothing comes; closed here
    PlayedContexts(ServiceSocket socket, Mishap mishap, PlayedVoice voice, PlayedIdle idle) {
        this.socket = socket;
        this.idle = idle;
        this.mishap = mishap;
        this.voice = voice;
        if (mishap == Mishap.SPLIT) {
            socket.split(50);
        }
    }

    final void run() throws IOException {
        try (idle) {
            Optional<ServiceSocket.Message> message = socket.next();
            while (message.isPresent()) {
                idle.broken();
                read(JSON.readTree(message.get().text()));
                message = socket.next();
            }
        } finally {
            contexts.values().forEach(ExecutorService::shutdownNow);
        }
    }

    abstract void read(JsonNode message) throws IOException;

    /// The messages of audio for this text, which begins so many milliseconds into its context.
    abstract String audio(String context, String text, byte[] audio, long beginsMs);

    abstract String words(String context, String text, long beginsMs, long msPerCharacter);

    abstract String done(String context);

    abstract String error(String context);

    final void speak(String context, String text, long beginsMs) {
        if (mishap != Mishap.SILENT) {
            later(context, () -> speaking(context, text, beginsMs));
        }
    }

    final void finish(String context) {
        if (mishap != Mishap.SILENT && mishap != Mishap.UNENDED) {
            later(context, () -> {
                if (!cancelled.contains(context)) {
                    socket.text(done(context));
                }
            });
        }
    }

    final void cancel(String context) {
        cancelled.add(context);
    }

    private interface Task {
        void run() throws IOException;
    }

    private void later(String context, Task task) {
        contexts.computeIfAbsent(context, _ -> Executors.newSingleThreadExecutor(Thread.ofVirtual().factory())).execute(() -> {
            try {
                task.run();
            } catch (IOException gone) {
                // The reading thread finds the same.
            }
        });
    }

    private void speaking(String context, String text, long beginsMs) throws IOException {
        if (mishap == Mishap.EMPTY || cancelled.contains(context)) {
            return;
        }
        PlayedBrain.pause(voice.firstMs());
        int half = text.length() / 2;
        part(context, text.substring(0, half), beginsMs);
        within(context);
        PlayedBrain.pause(voice.betweenMs());
        part(context, text.substring(half), beginsMs + half * voice.msPerCharacter());
        String words = words(context, text, beginsMs, voice.msPerCharacter());
        if (!words.isEmpty()) {
            socket.text(words);
        }
    }

    private void part(String context, String text, long beginsMs) throws IOException {
        if (!text.isEmpty()) {
            socket.text(audio(context, text, voice.audio(text), beginsMs));
        }
    }

    private void within(String context) throws IOException {
        if (mishapDone.getAndSet(true)) {
            return;
        }
        switch (mishap) {
            case CUT -> {
                socket.reset();
                throw new IOException("cut");
            }
            case ERROR_WITHIN -> socket.text(error(context));
            case UNKNOWN -> {
                socket.text("{\"type\":\"tomorrow\",\"context_id\":\"" + context + "\",\"contextId\":\"" + context + "\",\"data\":[1]}");
                socket.text("{\"note\":\"nothing of anybody's\"}");
                socket.binary(new byte[] {1});
            }
            case HUGE -> socket.promise(3L << 20);
            case GARBAGE -> socket.text("<html>");
            case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, UNENDED, SILENT, EMPTY -> { }
        }
    }

    final long msPerCharacter() {
        return voice.msPerCharacter();
    }
}
