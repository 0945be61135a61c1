package io.agentstream.worker.takeover;

import io.agentstream.runtime.NextPartition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/// How a loop comes by partitions that others hold: one after the other ([NextPartition]). It is told which is to come, has read beforehand what was written of it,
/// and only then asks the group to agree; until then whoever holds it speaks on. What comes because its holder is gone is not asked for, and does not
/// wait for this. Only the loop.
///
/// It asks once for each time that the group says so, at most [#MOST_ASKED] times without anything coming, and each time waits twice as long: members that
/// disagree do not keep the group agreeing.
final class Moves {

    /// From when partitions were taken until the next is prepared: their calls are to go on first, and with them the code for that has run.
    static final long APART_MS = 500;

    /// When nothing has come of so many askings, the partition stays where it is until somebody comes or goes.
    static final int MOST_ASKED = 6;

    private final Consumer<byte[], byte[]> consumer;
    private final NextPartition next;
    private final ArrivalLoader loader;
    private final Executor beside;
    private final Runnable wakeUp;
    private int wanted = NextPartition.NONE;
    private @Nullable CompletableFuture<Void> prepared;
    /// Whether it is the group's turn to speak.
    private boolean isAsked;
    /// Since something came.
    private int asked;
    private long notBeforeMs;

    /// @param beside runs what waits for Kafka
    /// @param wakeUp lets the loop look soon; any thread may call it
    Moves(Consumer<byte[], byte[]> consumer, NextPartition next, ArrivalLoader loader, Executor beside, Runnable wakeUp) {
        this.consumer = consumer;
        this.next = next;
        this.loader = loader;
        this.beside = beside;
        this.wakeUp = wakeUp;
    }

    /// The group has agreed.
    ///
    /// @param anyCame whether there is something to be taken now
    void agreed(boolean anyCame, long nowMs) {
        if (anyCame) {
            asked = 0;
            notBeforeMs = nowMs + APART_MS;
        }
        if (anyCame || next.told() != wanted) {
            next.prepare(NextPartition.NONE);
            prepared = null;
        }
        wanted = next.told();
        isAsked = next.isLetGo();
        if (wanted == NextPartition.NONE) {
            asked = 0; // whoever is told of one again may ask again
        }
    }

    /// The loop has lost what it had, or is closing: what it was prepared for is not to come to it because of that.
    void forget() {
        next.prepare(NextPartition.NONE);
        prepared = null;
    }

    /// What came was taken.
    void taken(long nowMs) {
        notBeforeMs = nowMs + APART_MS;
    }

    /// Whether a partition is still to come.
    boolean isWaiting() {
        return wanted != NextPartition.NONE && (isAsked || asked < MOST_ASKED);
    }

    /// Does what is due. With each pass in which nothing is to be taken.
    void look(long nowMs) {
        if (isAsked || !isWaiting() || nowMs < notBeforeMs) {
            return;
        }
        int number = wanted;
        CompletableFuture<Void> reading = prepared;
        if (reading == null) {
            reading = CompletableFuture.runAsync(() -> loader.prepare(number), beside);
            prepared = reading;
            reading.whenComplete((_, _) -> wakeUp.run());
        }
        if (reading.isDone()) {
            require(reading);
            ask(number, nowMs);
        }
    }

    private void ask(int number, long nowMs) {
        next.prepare(number);
        isAsked = true;
        asked++;
        notBeforeMs = nowMs + (APART_MS << asked);
        consumer.enforceRebalance("prepared for the partition that is to come next");
    }

    /// @throws IllegalStateException where something of ours is broken
    private static void require(CompletableFuture<Void> done) {
        try {
            done.join();
        } catch (CompletionException bug) {
            throw new IllegalStateException("it could not be prepared what is to come", bug.getCause());
        }
    }
}
