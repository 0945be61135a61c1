package io.agentstream.audio.voice;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Keeps what was said lately, so that a greeting is synthesized once and not once per call. Any thread.
///
/// Callers that want the same text at the same time wait for one synthesis and share its result, or its failure; a
/// failure is not kept. The texts not asked for longest go first when there is no more room.
public final class CachedVoice implements Voice {

    private static final long MAX_WAIT_SECONDS = 60;

    /// What an entry costs besides its audio and its text, roughly.
    private static final int ENTRY_BYTES = 150;

    private final Voice voice;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();

    // All three guarded by the lock. What is under way is bounded by the number of callers.
    private final LinkedHashMap<String, byte[]> spoken = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, UnderWay> underWay = new LinkedHashMap<>();
    private long bytes;

    /// A synthesis, and how many others wait for it: they want it also where whoever began it does not any more.
    private static final class UnderWay {
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private final AtomicInteger others = new AtomicInteger();
    }

    /// Keeps up to `maxBytes` of audio and texts (an hour of audio is 29 MB); what alone is larger is not kept.
    public CachedVoice(Voice voice, long maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("a cache of " + maxBytes + " bytes");
        }
        this.voice = voice;
        this.maxBytes = maxBytes;
    }

    @Override
    public byte[] speak(String text) {
        return speak(text, () -> true);
    }

    @Override
    public byte[] speak(String text, BooleanSupplier wanted) {
        Voice.checkLength(text);
        UnderWay mine = new UnderWay();
        UnderWay theirs;
        lock.lock();
        try {
            byte[] known = spoken.get(text);
            if (known != null) {
                return known.clone();
            }
            theirs = underWay.putIfAbsent(text, mine);
            if (theirs != null) {
                theirs.others.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
        return theirs == null ? synthesize(text, mine, wanted) : await(theirs.result);
    }

    @Override
    public void warmUp() {
        voice.warmUp();
    }

    /// What the cache holds now, in bytes.
    public long sizeBytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private byte[] synthesize(String text, UnderWay mine, BooleanSupplier wanted) {
        try {
            byte[] audio = voice.speak(text, () -> mine.others.get() > 0 || wanted.getAsBoolean());
            if (audio.length == 0 && !wanted.getAsBoolean()) {
                if (isGivenUp(text, mine)) {
                    return audio;
                }
                audio = voice.speak(text);
            }
            keep(text, audio);
            mine.result.complete(audio);
            return audio.clone();
        } catch (RuntimeException | Error failure) {
            mine.result.completeExceptionally(failure);
            throw failure;
        } finally {
            // Only now: whoever comes in between finds the text either kept or under way.
            lock.lock();
            try {
                underWay.remove(text, mine);
            } finally {
                lock.unlock();
            }
        }
    }

    /// Nobody else waits, and nobody will.
    private boolean isGivenUp(String text, UnderWay mine) {
        lock.lock();
        try {
            return mine.others.get() == 0 && underWay.remove(text, mine);
        } finally {
            lock.unlock();
        }
    }

    private static byte[] await(CompletableFuture<byte[]> theirs) {
        try {
            return theirs.get(MAX_WAIT_SECONDS, TimeUnit.SECONDS).clone();
        } catch (ExecutionException failure) {
            throw new VoiceException("the voice failed for another caller of the same text", failure);
        } catch (TimeoutException late) {
            throw new VoiceException("the same text was being spoken for " + MAX_WAIT_SECONDS + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new VoiceException("interrupted while the same text was being spoken", interrupted);
        }
    }

    private void keep(String text, byte[] audio) {
        long cost = cost(text, audio);
        if (cost > maxBytes) {
            return;
        }
        lock.lock();
        try {
            byte[] before = spoken.put(text, audio);
            bytes += before == null ? cost : cost - cost(text, before);
            Iterator<Map.Entry<String, byte[]>> eldest = spoken.entrySet().iterator();
            while (bytes > maxBytes) {
                Map.Entry<String, byte[]> entry = eldest.next();
                bytes -= cost(entry.getKey(), entry.getValue());
                eldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    private static long cost(String text, byte[] audio) {
        return (long) audio.length + 2L * text.length() + ENTRY_BYTES;
    }
}
