package io.agentstream.gateway.socket;

import io.agentstream.gateway.call.Playback;
import io.agentstream.gateway.telephony.TelephonyProvider;
import io.agentstream.gateway.websocket.FrameWriter;
import io.agentstream.schemas.MediaFrame;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The way out of one call: puts what [Playback] and the machine decide into the loop's buffer, in the provider's words, and hands
/// the buffer to the network once for each turn of the call. What playback tells of progress goes to the journal. For the call's
/// I/O thread only.
final class CallOutput implements Playback.Output {

    private final CallFacts facts;
    private final CallJournal journal;
    private final GatewayParts parts;
    private final IoLoop loop;
    private final Outbox outbox;

    private TelephonyProvider.@Nullable StreamWriter writer;
    private boolean full;
    private boolean lost;

    CallOutput(CallFacts facts, CallJournal journal, GatewayParts parts, IoLoop loop, Outbox outbox) {
        this.facts = facts;
        this.journal = journal;
        this.parts = parts;
        this.loop = loop;
        this.outbox = outbox;
    }

    /// From now on there is a stream to speak to.
    void speak(TelephonyProvider.StreamWriter streamWriter) {
        writer = streamWriter;
    }

    @Override
    public void media(byte[] audio, int from, int length) {
        if (writer == null) {
            return;
        }
        int text = writer.mediaBytes(length);
        room(FrameWriter.headerBytes(text) + text);
        int at = FrameWriter.putText(loop.out, loop.outBytes, text);
        loop.outBytes = writer.putMedia(loop.out, at, audio, from, length);
        parts.meters().framesOut.increment();
        journal.sounds(audio, from, length, loop);
    }

    @Override
    public void clear() {
        if (writer != null) {
            putText(writer.clear());
        }
    }

    @Override
    public void mark(String wireName) {
        if (writer != null) {
            putText(writer.mark(wireName));
        }
    }

    @Override
    public void played(int turn, long playedMs, boolean finished) {
        journal.played(turn, playedMs);
        journal.frame(new MediaFrame.Played(facts.callId(), journal.nextSeq(), loop.wallMs(), turn, playedMs, finished));
    }

    @Override
    public void markReached(int turn, String name) {
        journal.frame(new MediaFrame.MarkReached(facts.callId(), journal.nextSeq(), loop.wallMs(), turn, name));
    }

    @Override
    public void playing(int turn, int epoch, long fromByte, long startsAtUs) {
        journal.frame(new MediaFrame.Playing(
                facts.callId(), journal.nextSeq(), loop.wallMs(), turn, epoch, fromByte, journal.wallUs(startsAtUs)));
    }

    @Override
    public void silence(long fromUs) {
        journal.frame(new MediaFrame.Silence(facts.callId(), journal.nextSeq(), loop.wallMs(), journal.wallUs(fromUs)));
    }

    @Override
    public void dropped(Playback.Drop why, int frames) {
        parts.meters().dropped(why, frames);
    }

    @Override
    public void late(long pauseUs) {
        parts.meters().late.increment();
        journal.late(pauseUs);
    }

    private void putText(byte[] text) {
        room(FrameWriter.headerBytes(text.length) + text.length);
        int at = FrameWriter.putText(loop.out, loop.outBytes, text.length);
        System.arraycopy(text, 0, loop.out, at, text.length);
        loop.outBytes = at + text.length;
    }

    /// Puts a whole frame, to go out with [#send(long)].
    void put(byte[] frame) {
        room(frame.length);
        System.arraycopy(frame, 0, loop.out, loop.outBytes, frame.length);
        loop.outBytes += frame.length;
    }

    private void room(int bytes) {
        if (loop.out.length - loop.outBytes < bytes) {
            send(loop.nowUs());
            loop.reserve(bytes);
        }
    }

    /// Hands what was put since the last time to the network.
    void send(long nowUs) {
        int bytes = loop.outBytes;
        loop.outBytes = 0;
        if (bytes == 0 || lost) {
            return;
        }
        parts.meters().bytesOut.increment(bytes);
        loop.outBuffer.limit(bytes).position(0);
        try {
            full |= !outbox.send(loop.outBuffer, nowUs);
        } catch (IOException gone) {
            lost = true;
        }
    }

    /// Forgets what was put and not handed over.
    void discard() {
        loop.outBytes = 0;
    }

    /// The peer takes something again.
    void onWritable(long nowUs) {
        try {
            outbox.onWritable(nowUs);
        } catch (IOException gone) {
            lost = true;
        }
    }

    /// Whether nothing can be sent any more.
    boolean isLost() {
        return lost;
    }

    /// Whether everything was handed to the network.
    boolean isEmpty() {
        return outbox.isEmpty();
    }

    /// Whether the peer takes nothing for too long, or more waits for it than may wait.
    boolean isStalled(long nowUs) {
        return full || nowUs >= stallAtUs();
    }

    /// When the peer will have taken nothing for too long, or [Long#MAX_VALUE] where it owes nothing.
    long stallAtUs() {
        long sinceUs = outbox.waitingSinceUs();
        return sinceUs == Long.MAX_VALUE ? Long.MAX_VALUE : sinceUs + parts.stallUs();
    }
}
