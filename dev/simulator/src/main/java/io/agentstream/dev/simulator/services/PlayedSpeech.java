package io.agentstream.dev.simulator.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.json.JsonMapper;

/// OpenAI's `POST /audio/speech` with `pcm`: 24 kHz, 16 bits, in chunks that end anywhere.
public final class PlayedSpeech extends ServiceServer {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int LINEAR_BYTES_PER_TELEPHONE_BYTE = 6;
    private static final int MAX_CHARACTERS = 4_096;

    private volatile PlayedVoice voice;
    private volatile String type = "audio/pcm";
    private volatile String beginning = "";

    private PlayedSpeech(PlayedVoice voice) {
        this.voice = voice;
    }

    public static PlayedSpeech start(PlayedVoice voice) {
        PlayedSpeech server = new PlayedSpeech(voice);
        server.start();
        return server;
    }

    /// From the next request on.
    public void voice(PlayedVoice next) {
        voice = next;
    }

    /// From the next request on answers are called this, and begin with this.
    public void claims(String contentType, String firstBytes) {
        type = contentType;
        beginning = firstBytes;
    }

    @Override
    protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
        if (beginsBadly(reply, mishap)) {
            return;
        }
        String text = JSON.readTree(request.body()).path("input").asString("");
        if (!request.path().equals("/audio/speech") || text.isBlank() || text.length() > MAX_CHARACTERS) {
            reply.json(400, "{\"error\":{\"code\":\"bad_request\"}}");
            return;
        }
        if (mishap == Mishap.SILENT) {
            reply.awaitEnd();
            return;
        }
        byte[] audio = new byte[mishap == Mishap.EMPTY ? 0 : text.length() * voice.bytesPerCharacter() * LINEAR_BYTES_PER_TELEPHONE_BYTE];
        Arrays.fill(audio, (byte) 1);
        int half = audio.length / 2 - 1; // within a sample
        PlayedBrain.pause(voice.firstMs());
        reply.begin(type);
        reply.chunk(beginning.getBytes(StandardCharsets.ISO_8859_1));
        int piece = mishap == Mishap.SPLIT ? 101 : 4_096;
        reply.chunks(Arrays.copyOf(audio, Math.max(0, half)), piece);
        PlayedBrain.pause(voice.betweenMs());
        switch (mishap) {
            case CUT, ERROR_WITHIN, HUGE, GARBAGE -> {
                reply.reset();
                return;
            }
            case UNENDED -> {
                reply.awaitEnd();
                return;
            }
            case NONE, SPLIT, REFUSED, BUSY, BUSY_FOR_LONG, NO_QUOTA, ERROR, LOST, SILENT, EMPTY, UNKNOWN -> { }
        }
        if (audio.length > 0) {
            reply.chunks(Arrays.copyOfRange(audio, half, audio.length), piece);
        }
    }
}
