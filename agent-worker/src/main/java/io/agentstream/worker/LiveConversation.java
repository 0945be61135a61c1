package io.agentstream.worker;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.RunEvent;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import org.jspecify.annotations.Nullable;

/// A conversation that a loop holds: the machine's state and what belongs to the call. Only the loop, but for `closed`.
final class LiveConversation {

    final RunEvent.Running run;
    final CallId callId;
    /// Key of every record of the call.
    final byte[] key;
    /// Partition of all topics that are keyed by call.
    final int partition;
    final int slot;
    final long beganMs;

    Conversation state = Conversation.NEW;
    @Nullable AgentEngine engine;
    @Nullable AgentSession session;
    @Nullable CallerSpeech speech;
    Deadlines.@Nullable Deadline deadline;
    /// What another worker left, until it is clear that the call still lives.
    @Nullable SavedConversation left;
    /// Number of the newest conversation event.
    long number;
    /// Sequence number of the newest record seen of the call, and of the newest frame.
    long after;
    long afterFrame;
    /// Whole seconds in which nothing was heard of the call.
    int quietSeconds;
    long heardFrames;
    long playedFrames;
    /// Nothing more is done for this call. Read by the producer's thread.
    volatile boolean closed;

    private int playTurn;
    private int playSeq;

    LiveConversation(RunEvent.Running run, int partition, long nowMs) {
        this.run = run;
        this.callId = run.callId();
        this.key = callId.toKey();
        this.partition = partition;
        this.slot = run.run().slot();
        this.after = run.after();
        this.beganMs = nowMs;
    }

    /// Number of the next command with audio of this turn, from 0.
    int nextSeq(int turn) {
        if (turn != playTurn) {
            playTurn = turn;
            playSeq = 0;
        }
        return playSeq++;
    }
}
