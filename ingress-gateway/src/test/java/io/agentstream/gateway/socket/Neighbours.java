package io.agentstream.gateway.socket;

import static io.agentstream.gateway.socket.TestGateway.await;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.MediaFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Calls that talk in real time beside a peer that does not behave, and how late what they say comes to the log.
final class Neighbours implements AutoCloseable {

    private static final int CALLS = 20;
    private static final long FRAME_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final TestGateway gateway;
    private final List<RawPeer> peers = new ArrayList<>();
    private final Set<CallId> calls = new HashSet<>();

    Neighbours(TestGateway gateway) throws Exception {
        this.gateway = gateway;
        for (int i = 0; i < CALLS; i++) {
            peers.add(gateway.talking());
            calls.add(gateway.lastStarted());
        }
    }

    /// What was heard of the calls while they talked.
    ///
    /// @param heard frames, of `said`
    /// @param lateMs what the latest one hundredth of the frames took to the log, at least
    record Heard(int said, int heard, long lateMs) {}

    /// Talks for so long, each call a frame every 20 ms, and waits until all is heard.
    Heard talk(int frames) throws Exception {
        Map<Integer, Long> saidAtMs = new HashMap<>();
        int before = mine().size();
        long start = System.nanoTime();
        for (int frame = 0; frame < frames; frame++) {
            LockSupport.parkNanos(start + frame * FRAME_NS - System.nanoTime()); // real time is what is tried here
            saidAtMs.put(frame, System.currentTimeMillis());
            byte[] text = ("{\"event\":\"media\",\"media\":{\"timestamp\":\"" + frame + "\",\"payload\":\""
                            + Base64.getEncoder().encodeToString(new byte[160]) + "\"}}")
                    .getBytes(StandardCharsets.UTF_8);
            for (RawPeer peer : peers) {
                peer.frame(true, RawPeer.TEXT, text);
            }
        }
        int said = frames * CALLS;
        await(() -> mine().size() >= before + said);
        List<MediaFrame.Audio> heard = mine();
        List<Long> lateMs = new ArrayList<>();
        for (MediaFrame.Audio audio : heard.subList(before, heard.size())) {
            lateMs.add(audio.atMs() - saidAtMs.getOrDefault((int) audio.timestampMs(), 0L));
        }
        lateMs.sort(null);
        return new Heard(said, lateMs.size(), lateMs.get(lateMs.size() * 99 / 100));
    }

    private List<MediaFrame.Audio> mine() {
        return gateway.frames().stream()
                .filter(MediaFrame.Audio.class::isInstance)
                .map(MediaFrame.Audio.class::cast)
                .filter(audio -> calls.contains(audio.callId()))
                .toList();
    }

    @Override
    public void close() throws Exception {
        for (RawPeer peer : peers) {
            peer.close();
        }
    }
}
