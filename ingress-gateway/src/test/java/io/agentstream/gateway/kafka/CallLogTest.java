package io.agentstream.gateway.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.runtime.Metrics;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CallLogTest {

    private static final byte[] FRAME = new byte[1_000];
    private static final byte[] FLOODING = {1};
    private static final byte[] OTHER = {2};

    private final MockProducer<byte[], byte[]> media =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final Metrics metrics = new Metrics("gateway");
    private final CallLog log = new CallLog(media, media, metrics);

    @AfterEach
    void close() {
        metrics.close();
    }

    /// As Kafka's where no broker answers: takes what goes into its memory, and not a byte more.
    private static final class Unanswered extends MockProducer<byte[], byte[]> {
        private long leftBytes = 64L << 20;

        Unanswered() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> sent, Callback callback) {
            int bytes = sent.key().length + sent.value().length + 16;
            if (bytes > leftBytes) {
                BufferExhaustedException full = new BufferExhaustedException("full");
                callback.onCompletion(null, full);
                return CompletableFuture.failedFuture(full);
            }
            leftBytes -= bytes;
            return super.send(sent, callback);
        }
    }

    @Test
    void aTenantsManyCallsLoseTheirOwnFramesOnlyHoweverSlowKafkaIs() {
        // given
        Unanswered slow = new Unanswered();
        CallLog calls = new CallLog(slow, slow, metrics);
        CallLog.Share other = calls.share();
        other.belongsTo(8);

        // when one of another organisation floods with 200 calls
        for (int call = 0; call < 200; call++) {
            CallLog.Share flooding = calls.share();
            flooding.belongsTo(7);
            for (int i = 0; i < CallLog.MAX_SHARE_BYTES / FRAME.length; i++) {
                calls.frame(FLOODING, FRAME, flooding);
            }
        }

        // then it is over its part, and the other one loses nothing
        int share = CallLog.MAX_SHARE_BYTES / FRAME.length;
        for (int i = 0; i < share; i++) {
            calls.frame(OTHER, FRAME, other);
        }
        assertEquals(share, slow.history().stream().filter(sent -> Arrays.equals(sent.key(), OTHER)).count());
        assertTrue(metrics.scrape().contains("frames_dropped_total{cause=\"share\""), metrics.scrape());
    }

    private long inTheBuffer(byte[] key) {
        return media.history().stream().filter(sent -> Arrays.equals(sent.key(), key)).count();
    }

    @Test
    void aCallOverItsShareOfTheBufferLosesItsOwnFramesOnly() {
        CallLog.Share flooding = log.share();
        CallLog.Share other = log.share();

        for (int i = 0; i < 2_000; i++) {
            log.frame(FLOODING, FRAME, flooding);
        }

        int share = CallLog.MAX_SHARE_BYTES / FRAME.length;
        assertEquals(share, inTheBuffer(FLOODING));
        for (int i = 0; i < share; i++) {
            log.frame(OTHER, FRAME, other);
        }
        assertEquals(share, inTheBuffer(OTHER));
        assertEquals(List.of(2_000L - share, 0L), List.of(flooding.lost(), other.lost()));
        assertTrue(metrics.scrape().contains("frames_dropped_total{cause=\"share\""), metrics.scrape());
    }

    @Test
    void whatIsWrittenOrFailedIsOffTheShare() {
        CallLog.Share share = log.share();
        for (int i = 0; i < 2_000; i++) {
            log.frame(FLOODING, FRAME, share);
            if (i % 2 == 0) {
                media.completeNext();
            } else {
                media.errorNext(new IllegalStateException("no broker"));
            }
        }

        assertEquals(2_000, inTheBuffer(FLOODING));
        assertEquals(1_000, share.lost());
    }

    @Test
    void whatTheProducerDoesNotTakeIsOffTheShare() {
        CallLog.Share share = log.share();
        media.sendException = new IllegalStateException("closed");
        for (int i = 0; i < 2_000; i++) {
            log.frame(FLOODING, FRAME, share);
        }
        media.sendException = null;

        log.frame(FLOODING, FRAME, share);

        assertEquals(1, inTheBuffer(FLOODING));
        assertEquals(2_000, share.lost());
    }
}
