package io.agentstream.worker.engine.cascade;

import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.fallback.Standing;
import org.jspecify.annotations.Nullable;

/// Says of a service how it stands, by what it answers.
final class Watched {

    private Watched() {}

    static Ear.Listener ear(Standing row, int member, Ear.Listener listener) {
        return event -> {
            answered(row, member, event instanceof Heard.Failed failed ? failed.failure() : null);
            listener.on(event);
        };
    }

    static Brain.Listener brain(Standing row, int member, Brain.Listener listener) {
        return event -> {
            answered(row, member, event instanceof Thought.Failed failed ? failed.failure() : null);
            listener.on(event);
        };
    }

    static Mouth.Listener mouth(Standing row, int member, Mouth.Listener listener) {
        return event -> {
            answered(row, member, event instanceof Spoken.Failed failed ? failed.failure() : null);
            listener.on(event);
        };
    }

    private static void answered(Standing row, int member, @Nullable ServiceFailure failure) {
        if (failure == null) {
            row.succeeded(member);
        } else {
            row.failed(member, failure);
        }
    }
}
