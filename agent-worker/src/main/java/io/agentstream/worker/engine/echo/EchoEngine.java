package io.agentstream.worker.engine.echo;

import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.worker.engine.AgentEngine;
import io.agentstream.worker.engine.AgentSession;
import io.agentstream.worker.engine.ReplySink;

/// Gives the caller back what the caller says, frame by frame: for development, and as the probe of latency. Answers within
/// the call of `hear`, on the loop's thread, because it does nothing that could take time.
public final class EchoEngine implements AgentEngine {

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public boolean takesTurns() {
        return false;
    }

    @Override
    public boolean hears() {
        return true;
    }

    @Override
    public AgentSession open(Opening opening, ReplySink out) {
        return new Session(out);
    }

    private static final class Session implements AgentSession {

        private final ReplySink out;
        private int turn;
        private boolean closed;

        Session(ReplySink out) {
            this.out = out;
        }

        @Override
        public void hear(MediaFrame.Audio frame) {
            if (turn > 0 && !closed && frame.payload().length() > 0) {
                out.post(new ReplyPart(turn, "", frame.payload()));
            }
        }

        @Override
        public void flow(int turn) {
            this.turn = turn;
        }

        @Override
        public void stop(int stopped) {
            if (stopped == turn) {
                turn = 0;
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
