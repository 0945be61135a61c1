package io.agentstream.worker.engine.realtime;

import io.agentstream.schemas.Slice;
import io.agentstream.worker.service.BrainRequest.Tool;
import io.agentstream.worker.service.Message;
import io.agentstream.worker.service.Realtime;
import io.agentstream.worker.service.Usage;
import java.util.List;

/// Takes everything and says nothing; a test notes what it is about.
class SilentRealtime implements Realtime {

    @Override
    public void hear(Slice audio) {}

    @Override
    public void finish(int turn) {}

    @Override
    public void forget() {}

    @Override
    public void become(String instructions, List<Tool> tools) {}

    @Override
    public void offer(List<Tool> tools) {}

    @Override
    public void tell(Message message) {}

    @Override
    public void answer(int answer, String instructions) {}

    @Override
    public void stop(int answer) {}

    @Override
    public void interrupted(String item, long playedMs) {}

    @Override
    public Usage usage() {
        return Usage.NONE;
    }

    @Override
    public void close() {}
}
