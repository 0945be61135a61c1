package io.agentstream.worker.takeover;

import io.agentstream.runtime.Causes;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the loop still owns what it thinks it owns, asked of the group itself. Only the loop, which stands still for it.
///
/// A process that was frozen thaws in the middle of what it did, and the consumer learns only with its next heartbeat that the group
/// has given its partitions away. Until then it would go on with calls that somebody else has: say lines, end calls, write snapshots.
final class Membership {

    private static final Logger log = LoggerFactory.getLogger(Membership.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int TRIES = 3;

    private final Consumer<byte[], byte[]> consumer;
    private final Commits commits;

    Membership(Consumer<byte[], byte[]> consumer, Commits commits) {
        this.consumer = consumer;
        this.commits = commits;
    }

    /// Commits what is committed already: the group takes it only from a member of its present generation. Where the group does not
    /// answer, it does not hold. While the group agrees nobody is asked: then it holds where the group cannot have missed this member.
    ///
    /// @param isMissed whether the loop stood still for so long that the group may have
    boolean holds(boolean isMissed) {
        Map<TopicPartition, OffsetAndMetadata> known = commits.certain();
        for (int tried = 0; !known.isEmpty() && tried < TRIES; tried++) {
            try {
                consumer.commitSync(known, LIMIT);
                commits.acknowledged();
                return true;
            } catch (WakeupException meantForPoll) { // try once more
            } catch (RebalanceInProgressException notAsked) {
                if (isMissed) {
                    log.atWarn().log("stood still while the group agreed, which goes on without it");
                }
                return !isMissed;
            } catch (KafkaException doubt) {
                log.atWarn()
                        .addKeyValue("failure", Causes.of(doubt))
                        .log("stood still, and is no member of the group any more");
                return false;
            }
        }
        return known.isEmpty();
    }
}
