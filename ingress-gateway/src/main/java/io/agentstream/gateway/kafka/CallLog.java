package io.agentstream.gateway.kafka;

import io.agentstream.runtime.Causes;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallKeys;
import io.agentstream.schemas.Place;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what happens to calls to Kafka. Never waits; any thread, but the order of a call's records is that of the calls, so one
/// thread writes those of one call.
public final class CallLog {

    private static final Logger log = LoggerFactory.getLogger(CallLog.class);

    /// A minute of telephone audio: more than the five seconds that the log may take, and than a provider has to catch up with.
    /// What all calls of an organisation may have together, [BufferShares] says.
    static final int MAX_SHARE_BYTES = 512 << 10;

    private final Producer<byte[], byte[]> events;
    private final Producer<byte[], byte[]> media;
    private final Map<Loss, Counter> droppedFrames = new EnumMap<>(Loss.class);
    private final Counter overShare;
    private final Counter lostEvents;
    private final BufferShares buffer = new BufferShares();

    /// Why a frame was not written.
    private enum Loss {
        KAFKA,
        TOO_LARGE,
        NOT_ALLOWED;

        static Loss of(Exception failure) {
            if (failure instanceof RecordTooLargeException) {
                return TOO_LARGE;
            }
            return failure instanceof AuthorizationException || failure instanceof AuthenticationException
                    ? NOT_ALLOWED
                    : KAFKA;
        }
    }

    private final boolean keys;
    private volatile boolean warm;

    /// @param events producer of the events profile that does not wait; stays its giver's to close
    /// @param media producer of the media profile; likewise
    public CallLog(Producer<byte[], byte[]> events, Producer<byte[], byte[]> media, Metrics metrics) {
        this(events, media, metrics, false);
    }

    /// @param keys whether keys of calls are written too
    public CallLog(Producer<byte[], byte[]> events, Producer<byte[], byte[]> media, Metrics metrics, boolean keys) {
        this.keys = keys;
        this.events = events;
        this.media = media;
        for (Loss loss : Loss.values()) {
            droppedFrames.put(loss, metrics.counter("agent_stream_gateway_frames_dropped", "cause", loss.name().toLowerCase(Locale.ROOT)));
        }
        this.lostEvents = metrics.counter("agent_stream_gateway_events_lost");
        metrics.gauge("agent_stream_gateway_organizations", buffer::withCalls);
        this.overShare = metrics.counter("agent_stream_gateway_frames_dropped", "cause", "share");
    }

    /// Makes the producers learn where the topics are, because they would not wait for it in the middle of a call. To be called
    /// again until it is true.
    public boolean warmUp() {
        if (!warm) {
            try {
                warm = !events.partitionsFor(Topics.CALL_LIFECYCLE.name()).isEmpty()
                        && !events.partitionsFor(Topics.DEAD_LETTERS.name()).isEmpty()
                        && (!keys || !events.partitionsFor(Topics.CALL_KEYS.name()).isEmpty())
                        && !media.partitionsFor(Topics.CALL_MEDIA.name()).isEmpty();
            } catch (KafkaException notYet) {
                warm = false;
            }
        }
        return warm;
    }

    /// @param onLost run where the event could not be written: at once or up to the delivery time later, on any thread
    public void event(byte[] key, CallEvent event, @Nullable Runnable onLost) {
        try {
            byte[] value = Topics.CALL_LIFECYCLE.codec().encode(event);
            events.send(new ProducerRecord<>(Topics.CALL_LIFECYCLE.name(), key, value), (metadata, failure) -> {
                if (failure != null) {
                    lost(event, failure, onLost);
                }
            });
        } catch (RuntimeException failure) {
            lost(event, failure, onLost);
        }
    }

    /// Writes the keys of a call, before anything that is sealed with them.
    ///
    /// @param onLost run where they could not be written; on any thread
    public void keys(byte[] key, CallKeys keys, Runnable onLost) {
        keys(key, Topics.CALL_KEYS.codec().encode(keys), onLost);
    }

    /// Says that the call is over, so that nobody needs to know its keys any more. Where it is lost they are forgotten by time.
    public void keysOver(byte[] key) {
        keys(key, (byte[]) null, () -> {});
    }

    private void keys(byte[] key, byte @Nullable [] value, Runnable onLost) {
        try {
            events.send(new ProducerRecord<>(Topics.CALL_KEYS.name(), key, value), (metadata, failure) -> {
                if (failure != null) {
                    lostEvents.increment();
                    log.atError().addKeyValue("failure", Causes.of(failure)).log("keys of a call are lost");
                    onLost.run();
                }
            });
        } catch (RuntimeException failure) {
            lostEvents.increment();
            log.atError().addKeyValue("failure", Causes.of(failure)).log("keys of a call are lost");
            onLost.run();
        }
    }

    private void lost(CallEvent event, Exception failure, @Nullable Runnable onLost) {
        lostEvents.increment();
        log.atError()
                .addKeyValue("call", event.callId())
                .addKeyValue("event", event.getClass().getSimpleName())
                .addKeyValue("failure", Causes.of(failure))
                .log("event of a call is lost");
        if (onLost != null) {
            onLost.run();
        }
    }

    /// What one call has in the producer's buffer, which all calls share: at most [#MAX_SHARE_BYTES], and with the other calls of its
    /// organisation no more than [BufferShares] leaves it, so that whoever sends more than the log takes loses its own frames and nobody
    /// else's. Methods are for the thread that writes the call's frames; what was written is given back by any.
    public final class Share {
        private final AtomicInteger bytes = new AtomicInteger();
        private final AtomicLong lost = new AtomicLong();
        private final CallPlace place = new CallPlace(Topics.CALL_MEDIA.name());
        private BufferShares.Part part = buffer.strangers();

        private Share() {}

        private boolean take(int count) {
            if (bytes.addAndGet(count) > MAX_SHARE_BYTES || !buffer.take(part, count)) {
                bytes.addAndGet(-count);
                return false;
            }
            return true;
        }

        /// @param of whose it was when it was taken
        private void giveBack(BufferShares.Part of, int count) {
            bytes.addAndGet(-count);
            buffer.giveBack(of, count);
        }

        /// Somebody says whose the call is, perhaps again; [SocketCommand#NO_ORGANIZATION] says nothing.
        public void belongsTo(long organization) {
            if (organization != SocketCommand.NO_ORGANIZATION && part == buffer.strangers()) {
                part = buffer.come(organization);
            }
        }

        /// The call is over. May be told more than once.
        public void over() {
            buffer.leave(part);
            part = buffer.strangers();
        }

        /// How many of the call's frames were not written, as far as it is known.
        public long lost() {
            return lost.get();
        }

        /// Where the frames lie that Kafka has acknowledged; nothing as long as there are none.
        public Optional<Place> place() {
            return place.known();
        }
    }

    /// A call's share of the buffer, until [Share#over].
    public Share share() {
        return new Share();
    }

    /// Writes an encoded frame, or drops it and counts.
    public void frame(byte[] key, byte[] record, Share share) {
        int bytes = record.length;
        BufferShares.Part part = share.part;
        if (!share.take(bytes)) {
            overShare.increment();
            share.lost.incrementAndGet();
            return;
        }
        try {
            media.send(new ProducerRecord<>(Topics.CALL_MEDIA.name(), key, record), (metadata, failure) -> {
                share.giveBack(part, bytes);
                if (failure != null) {
                    dropped(failure, share);
                } else if (metadata.hasOffset()) {
                    share.place.note(metadata.partition(), metadata.offset());
                }
            });
        } catch (RuntimeException failure) {
            share.giveBack(part, bytes);
            dropped(failure, share);
        }
    }

    /// Said for the first frame of a cause and then ever more rarely: there may be thousands a second.
    private void dropped(Exception failure, Share share) {
        share.lost.incrementAndGet();
        Loss loss = Loss.of(failure);
        Counter counter = Objects.requireNonNull(droppedFrames.get(loss));
        counter.increment();
        long count = (long) counter.count();
        if (Long.bitCount(count) == 1) {
            log.atWarn()
                    .addKeyValue("failure", Causes.of(failure))
                    .addKeyValue("frames", count)
                    .log("frames of calls are lost");
        }
    }

    /// Waits until everything that was given is written or lost, at most `timeout`. Called once, last.
    public void close(Duration timeout) {
        events.close(timeout);
        media.close(timeout);
    }
}
