package io.agentstream.dev.bench.process;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/// Watches this JVM: what it allocated and how long its collector stopped it. Any thread.
final class JvmStats {

    /// What happened since the last time that somebody asked.
    ///
    /// @param allocatedBytes by all threads
    /// @param pauses times that the collector stopped the threads
    record Stats(long allocatedBytes, int pauses, long pauseTotalMs, long pauseMaxMs) {}

    private int pauses;
    private long pauseTotalMs;
    private long pauseMaxMs;
    private long allocatedBefore = allocatedBytes();

    JvmStats() {
        ManagementFactory.getGarbageCollectorMXBeans().forEach(collector -> {
            // A concurrent cycle of ZGC is not a pause; its pauses have a bean of their own.
            if (collector instanceof NotificationEmitter emitter && !collector.getName().endsWith("Cycles")) {
                emitter.addNotificationListener(
                        (notification, handback) -> {
                            if (notification.getType().equals(
                                    GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
                                paused(GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData())
                                        .getGcInfo()
                                        .getDuration());
                            }
                        },
                        null,
                        null);
            }
        });
    }

    private synchronized void paused(long ms) {
        pauses++;
        pauseTotalMs += ms;
        pauseMaxMs = Math.max(pauseMaxMs, ms);
    }

    synchronized Stats sinceLast() {
        long allocated = allocatedBytes();
        Stats stats = new Stats(allocated - allocatedBefore, pauses, pauseTotalMs, pauseMaxMs);
        allocatedBefore = allocated;
        pauses = 0;
        pauseTotalMs = 0;
        pauseMaxMs = 0;
        return stats;
    }

    private static long allocatedBytes() {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                ? threads.getTotalThreadAllocatedBytes()
                : 0;
    }

    /// What is alive on the heap: after a full collection, which stops everything for tens of milliseconds.
    static long liveHeapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
