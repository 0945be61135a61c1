package io.agentstream.schemas;

import io.agentstream.schemas.Topic.Cleanup;
import io.agentstream.schemas.Topic.Partitions;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/// The one table of topics. Producers, consumers, the provisioner, the tests and the published contract read it.
public final class Topics {

    private static final Duration DAY = Duration.ofDays(1);
    private static final String CALL = "the CallId as text";

    public static final Topic<CallEvent> CALL_LIFECYCLE = new Topic<>(
            "call.lifecycle.v1", CallEvent.class, new JsonCodec<>(CallEvent.class), CALL, Partitions.CALLS,
            Set.of(Cleanup.DELETE), DAY.multipliedBy(7), "gateway", "orchestrator, worker, anyone",
            "What becomes of each call's socket.");

    public static final Topic<MediaFrame> CALL_MEDIA = new Topic<>(
            "call.media.v1", MediaFrame.class, new MediaFrameCodec(), CALL, Partitions.CALLS,
            Set.of(Cleanup.DELETE), DAY, "gateway", "worker, anyone who reads it back",
            "Everything a running call's socket brings, in the order in which the gateway saw it.");

    public static final Topic<RunEvent> RUN_EVENTS = new Topic<>(
            "run.events.v1", RunEvent.class, new JsonCodec<>(RunEvent.class), CALL, Partitions.CALLS,
            Set.of(Cleanup.DELETE), DAY.multipliedBy(30), "orchestrator", "worker, orchestrator, anyone",
            "What was decided of each run.");

    public static final Topic<SocketCommand> SOCKET_COMMANDS = new Topic<>(
            "socket.commands.v1", SocketCommand.class, new SocketCommandCodec(), CALL, Partitions.SLOTS,
            Set.of(Cleanup.DELETE), DAY, "orchestrator, worker", "the gateway that owns the partition",
            "What a gateway is to do with its sockets. The partition is the gateway's slot and is named by the writer.");

    public static final Topic<ConversationEvent> CONVERSATION_EVENTS = new Topic<>(
            "conversation.events.v1", ConversationEvent.class, new JsonCodec<>(ConversationEvent.class), CALL,
            Partitions.CALLS, Set.of(Cleanup.DELETE), DAY.multipliedBy(30), "worker", "orchestrator, anyone",
            "What was said, heard and done in each conversation.");

    public static final Topic<ConversationSnapshot> CONVERSATION_SNAPSHOTS = new Topic<>(
            "conversation.snapshots.v1", ConversationSnapshot.class, new JsonCodec<>(ConversationSnapshot.class), CALL,
            Partitions.CALLS, Set.of(Cleanup.COMPACT), Duration.ofMinutes(10), "worker", "worker",
            "What another worker needs to go on with a conversation. The header `epoch` is the snapshot's own, so that the newest one is found "
                    + "without reading the others.");

    public static final Topic<JournalBatch> CALL_JOURNAL = new Topic<>(
            "call.journal.v1", JournalBatch.class, new JournalBatchCodec(), CALL, Partitions.CALLS,
            Set.of(Cleanup.DELETE), DAY, "worker", "anyone who runs a call again",
            "Every input of the machine that a conversation runs on, with its time and what it led to, in batches.");

    public static final Topic<AgentDefinition> AGENT_DEFINITIONS = new Topic<>(
            "agent.definitions.v1", AgentDefinition.class, new JsonCodec<>(AgentDefinition.class),
            "agent, version and beginning of the definition's SHA-256, as in 12:3:5f1a0c9be2d47718", Partitions.FEW,
            Set.of(Cleanup.COMPACT), DAY, "orchestrator", "worker",
            "The definitions that runs refer to, each written once, before the first run that needs it.");

    /// How long a call's keys stay on their topic; longer than the longest call, less than a day.
    public static final Topic<CallKeys> CALL_KEYS = new Topic<>(
            "call.keys.v1", CallKeys.class, new JsonCodec<>(CallKeys.class), CALL, Partitions.CALLS,
            Set.of(Cleanup.DELETE), Duration.ofHours(6), "gateway", "orchestrator, worker",
            "The keys that a call's records are sealed with, for as long as the call.");

    public static final Topic<RunFacts> RUNS = new Topic<>(
            "runs.v1", RunFacts.class, new JsonCodec<>(RunFacts.class), CALL, Partitions.CALLS,
            Set.of(Cleanup.COMPACT), DAY, "orchestrator", "anyone",
            "The latest facts of each run.");

    public static final Topic<Usage> USAGE = new Topic<>(
            "usage.v1", Usage.class, new JsonCodec<>(Usage.class), "organisation number, @, beginning of the minute",
            Partitions.FEW, Set.of(Cleanup.COMPACT, Cleanup.DELETE), DAY.multipliedBy(30), "orchestrator", "anyone",
            "What each organisation used, minute by minute.");

    public static final Topic<Slice> DEAD_LETTERS = new Topic<>(
            "dead-letters.v1", Slice.class, new BytesCodec(), "the bad record's own", Partitions.FEW,
            Set.of(Cleanup.DELETE), DAY.multipliedBy(30), "all", "people",
            "Records that could not be read, with topic, partition, offset and reason in headers.");

    public static final List<Topic<?>> ALL = List.of(
            CALL_LIFECYCLE,
            CALL_MEDIA,
            RUN_EVENTS,
            SOCKET_COMMANDS,
            CONVERSATION_EVENTS,
            CONVERSATION_SNAPSHOTS,
            AGENT_DEFINITIONS,
            CALL_KEYS,
            RUNS,
            USAGE,
            DEAD_LETTERS,
            CALL_JOURNAL);

    private Topics() {}
}
