package io.agentstream.orchestrator.api;

import io.agentstream.calllog.CallSource;
import io.agentstream.calllog.audio.CallAudio;
import io.agentstream.calllog.audio.CallFeeds;
import io.agentstream.calllog.audio.CallWav;
import io.agentstream.calllog.audio.CallWav.Channels;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.SealKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// A call's WAV, or a part of it, in pieces of some tens of kilobytes. Reads the topics from the first piece on until it is closed.
final class AudioPieces implements Reply.Pieces {

    private static final int PIECE_BYTES = 64 * 1024;

    /// Steps of reading and rendering for one piece: what stands before the part that is wanted takes many that bring nothing.
    private static final int STEPS = 16;

    private final CallSource source;
    private final @Nullable SealKey key;
    private final Channels channels;
    private final long startUs;
    private final long lengthUs;
    private final ByteRange part;
    private final Turns turns;
    private @Nullable CallFeeds feeds;
    private @Nullable CallWav wav;
    private boolean isOver;

    AudioPieces(CallSource source, @Nullable SealKey key, Channels channels, long startUs, long lengthUs, ByteRange part,
            Turns turns) {
        this.source = source;
        this.key = key;
        this.channels = channels;
        this.startUs = startUs;
        this.lengthUs = lengthUs;
        this.part = part;
        this.turns = turns;
    }

    /// Has a piece made where and when there is room for it.
    @FunctionalInterface
    interface Turns {
        Optional<byte[]> take(Callable<Optional<byte[]>> work) throws IOException;
    }

    @Override
    public Optional<byte[]> next() {
        try {
            return turns.take(this::make);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// Locked against [#close()]: a piece that is given up may still be in the making.
    private synchronized Optional<byte[]> make() throws IOException {
        if (isOver) {
            return Optional.empty();
        }
        CallWav file = wav == null ? open() : wav;
        ByteArrayOutputStream piece = new ByteArrayOutputStream(PIECE_BYTES);
        for (int step = 0; step < STEPS && piece.size() < PIECE_BYTES; step++) {
            byte[] more = file.next();
            if (more == null) {
                close();
                break;
            }
            piece.writeBytes(more);
        }
        return isOver && piece.size() == 0 ? Optional.empty() : Optional.of(piece.toByteArray());
    }

    private CallWav open() throws IOException {
        CallFeeds opened = CallFeeds.open(source, key);
        feeds = opened;
        CallAudio audio = new CallAudio(opened.frames(), opened.commands(), MediaFormat.MULAW_8K, startUs, lengthUs);
        CallWav file = new CallWav(audio, channels, CallAudio.samples(lengthUs), part.from(), part.until());
        wav = file;
        return file;
    }

    @Override
    public synchronized void close() {
        isOver = true;
        if (feeds != null) {
            feeds.close();
            feeds = null;
        }
    }
}
