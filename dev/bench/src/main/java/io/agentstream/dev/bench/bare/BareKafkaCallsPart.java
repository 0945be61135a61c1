package io.agentstream.dev.bench.bare;

import io.agentstream.dev.bench.measure.EchoLedger;
import io.agentstream.dev.bench.measure.Frames;
import io.agentstream.dev.bench.measure.LatencyMs;
import io.agentstream.dev.bench.measure.Measured;
import io.agentstream.dev.bench.process.Part;
import io.agentstream.runtime.DutyCycle;
import io.agentstream.runtime.DutyCycleRunner;
import io.agentstream.runtime.KafkaClients;
import io.agentstream.schemas.Json;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import tools.jackson.databind.JsonNode;

/// The gateway's side of the bare comparison: makes the records that are due, and takes the replies. Is asked to `begin` and to
/// `end`; after the end it goes on for a moment without sending, which tells what the making alone takes.
public final class BareKafkaCallsPart implements Part {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final long STRAGGLER_LIMIT_NS = 3_000_000_000L;
    private static final long POLL_END_NS = 5_000_000;
    private static final long MUTED_NS = 2_000_000_000L;
    private static final long SEED = 20_261_122;

    private final KafkaPlan plan;
    private final Producer<byte[], byte[]> producer;
    private final Consumer<byte[], byte[]> consumer;
    private final DutyCycleRunner sending;
    private final DutyCycleRunner receiving;
    private final Object lock = new Object();
    private final EchoLedger[] ledgers;
    private final long[] firstDueNs;
    private Measured measured = new Measured();
    private final Sending sender;
    private volatile boolean muted;

    public BareKafkaCallsPart(JsonNode settings) {
        plan = Json.MAPPER.treeToValue(settings, KafkaPlan.class);
        ledgers = new EchoLedger[plan.calls()];
        firstDueNs = new long[plan.calls()];
        KafkaClients clients = plan.clients();
        producer = clients.media("bare-kafka-calls");
        consumer = clients.reader("bare-kafka-calls", "latest", KafkaPlan.MAX_POLL_RECORDS);
        List<TopicPartition> slot = List.of(new TopicPartition(plan.back(), 0));
        consumer.assign(slot);
        consumer.seekToEnd(slot);
        consumer.position(slot.getFirst());
        KafkaPlan.awaitMetadata(producer, plan.there());
        receiving = runner(new Receiving());
        sender = new Sending();
        sending = runner(sender);
    }

    private static DutyCycleRunner runner(DutyCycle cycle) {
        return new DutyCycleRunner(cycle, CLOSE_LIMIT, failure -> Runtime.getRuntime().halt(1)).start();
    }

    /// One call's records. Only the sending loop uses it.
    private static final class Call {

        private final int number;
        private final byte[] key;
        private final byte[] audio = new byte[KafkaPlan.AUDIO_BYTES];
        private int seq;

        Call(int number, SplittableRandom random) {
            this.number = number;
            this.key = new UUID(random.nextLong(), random.nextLong()).toString().getBytes(StandardCharsets.US_ASCII);
            random.nextBytes(audio);
        }

        byte[] next() {
            return ByteBuffer.allocate(KafkaPlan.THERE_BYTES).putInt(number).putInt(seq++).put(audio).array();
        }
    }

    private final class Sending implements DutyCycle {

        private final long tickNs = plan.tickUs() * 1_000L;
        private final List<List<Call>> byPhase = new ArrayList<>();
        private long nextTickNs;
        private volatile long threadId;

        Sending() {
            int ticks = (int) (KafkaPlan.FRAME_NS / tickNs);
            for (int i = 0; i < ticks; i++) {
                byPhase.add(new ArrayList<>());
            }
            SplittableRandom random = new SplittableRandom(SEED);
            for (int call = 0; call < plan.calls(); call++) {
                ledgers[call] = new EchoLedger();
                byPhase.get((int) ((long) call * ticks / plan.calls())).add(new Call(call, random));
            }
        }

        @Override
        public String role() {
            return "bare-kafka-sending";
        }

        @Override
        public void onStart() {
            threadId = Thread.currentThread().threadId();
            nextTickNs = Math.ceilDiv(System.nanoTime(), tickNs) * tickNs;
        }

        @Override
        public void work() {
            while (nextTickNs <= System.nanoTime()) {
                send(byPhase.get((int) (nextTickNs / tickNs % byPhase.size())));
                nextTickNs += tickNs;
            }
            LockSupport.parkNanos(nextTickNs - System.nanoTime());
        }

        /// Processor time of the thread that sends.
        long cpuNs() {
            return ManagementFactory.getThreadMXBean().getThreadCpuTime(threadId);
        }

        private void send(List<Call> due) {
            synchronized (lock) {
                for (Call call : due) {
                    if (call.seq == 0) {
                        firstDueNs[call.number] = nextTickNs;
                    }
                    measured.due(nextTickNs);
                    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(plan.there(), call.key, call.next());
                    if (!muted) {
                        producer.send(record);
                    }
                    measured.lateness(nextTickNs, System.nanoTime());
                }
            }
        }

        @Override
        public void onClose() {
            producer.close(CLOSE_LIMIT);
        }
    }

    private final class Receiving implements DutyCycle {

        @Override
        public String role() {
            return "bare-kafka-receiving";
        }

        @Override
        public void work() {
            var records = consumer.poll(KafkaPlan.POLL);
            synchronized (lock) {
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    ByteBuffer value = ByteBuffer.wrap(record.value());
                    int call = value.getInt();
                    int seq = value.getInt();
                    measured.received(
                            firstDueNs[call] + seq * KafkaPlan.FRAME_NS, System.nanoTime(), ledgers[call].arrived(seq));
                }
            }
        }

        @Override
        public void wakeUp() {
            consumer.wakeup();
        }

        @Override
        public void onClose() {
            consumer.close();
        }
    }

    /// What a window brought.
    ///
    /// @param generatorCores processors that making the records took, without sending them
    public record Result(LatencyMs rttMs, Frames frames, LatencyMs lateness, double generatorCores) {}

    @Override
    public Object opened() {
        return Map.of();
    }

    @Override
    public Object answer(String question, JsonNode argument) {
        return switch (question) {
            case "begin" -> begin();
            case "end" -> end();
            default -> throw Part.unknown(question);
        };
    }

    private Object begin() {
        synchronized (lock) {
            measured = new Measured();
            measured.from(System.nanoTime());
        }
        return Map.of();
    }

    private double coresOfMaking() {
        muted = true;
        long cpuNs = sender.cpuNs();
        long fromNs = System.nanoTime();
        while (System.nanoTime() - fromNs < MUTED_NS) {
            LockSupport.parkNanos(fromNs + MUTED_NS - System.nanoTime());
        }
        return (double) (sender.cpuNs() - cpuNs) / (System.nanoTime() - fromNs);
    }

    private Result end() {
        Result result;
        long endNs = System.nanoTime();
        synchronized (lock) {
            measured.until(endNs);
        }
        while (System.nanoTime() - endNs < STRAGGLER_LIMIT_NS) {
            synchronized (lock) {
                if (measured.complete()) {
                    break;
                }
            }
            LockSupport.parkNanos(POLL_END_NS);
        }
        synchronized (lock) {
            result = new Result(measured.roundTrip(), measured.frames(), measured.lateness(), 0);
            measured = new Measured();
        }
        return new Result(result.rttMs(), result.frames(), result.lateness(), coresOfMaking());
    }

    @Override
    public void close() throws InterruptedException {
        sending.close();
        receiving.close();
    }
}
