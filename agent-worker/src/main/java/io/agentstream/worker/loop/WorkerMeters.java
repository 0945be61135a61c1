package io.agentstream.worker.loop;

import io.agentstream.runtime.Metrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// The worker's meters, looked up once. Any thread.
///
/// @param heard audio frames that a conversation took
/// @param played commands with audio that were handed to Kafka's client
/// @param late audio frames that were too old to be answered
/// @param repeated records that were seen before
/// @param early frames that were dropped because their run was not running
/// @param undelivered commands that did not reach Kafka
/// @param eventsLost events and snapshots that did not reach Kafka
/// @param bargeIns lines that the caller cut short
/// @param failed conversations that ended because something of ours broke
/// @param resumed conversations taken over from another worker
/// @param notOpened sealed frames that were changed, or whose key is missing
/// @param journalBytes what was written to the journals
/// @param journalLost batches of journals that did not reach Kafka
/// @param intentWritten from a conversation's wish to use a tool to the record by which another worker knows of it; the tool is not used before
/// @param turnLatency from the caller's last sound or key to the first audio of the answer
/// @param stages what each stage of an answer took
/// @param loop one pass of a loop, without the wait
record WorkerMeters(
        Counter heard,
        Counter played,
        Counter late,
        Counter repeated,
        Counter early,
        Counter undelivered,
        Counter eventsLost,
        Counter bargeIns,
        Counter failed,
        Counter resumed,
        Counter notOpened,
        Counter journalBytes,
        Counter journalLost,
        Timer intentWritten,
        Timer turnLatency,
        Map<StageClock.Stage, Timer> stages,
        Timer loop)
        implements StageClock.Taken {

    private static final String PREFIX = "agent_stream_worker_";

    static WorkerMeters of(Metrics metrics) {
        return new WorkerMeters(
                metrics.counter(PREFIX + "frames_heard"),
                metrics.counter(PREFIX + "frames_played"),
                metrics.counter(PREFIX + "frames_late"),
                metrics.counter(PREFIX + "records_repeated"),
                metrics.counter(PREFIX + "frames_early_dropped"),
                metrics.counter(PREFIX + "commands_undelivered"),
                metrics.counter(PREFIX + "events_lost"),
                metrics.counter(PREFIX + "barge_ins"),
                metrics.counter(PREFIX + "conversations_failed"),
                metrics.counter(PREFIX + "conversations_resumed"),
                metrics.counter(PREFIX + "frames_not_opened"),
                metrics.counter(PREFIX + "journal_bytes"),
                metrics.counter(PREFIX + "journal_batches_lost"),
                metrics.timer(PREFIX + "intent_written"),
                metrics.timer(PREFIX + "turn_latency"),
                stages(metrics),
                metrics.timer(PREFIX + "loop"));
    }

    private static Map<StageClock.Stage, Timer> stages(Metrics metrics) {
        Map<StageClock.Stage, Timer> all = new EnumMap<>(StageClock.Stage.class);
        for (StageClock.Stage stage : StageClock.Stage.values()) {
            all.put(stage, metrics.timer(PREFIX + "turn_stage", "stage", stage.name().toLowerCase(Locale.ROOT)));
        }
        return Collections.unmodifiableMap(all);
    }

    @Override
    public void took(StageClock.Stage stage, long ms) {
        Objects.requireNonNull(stages.get(stage)).record(ms, TimeUnit.MILLISECONDS);
    }
}
