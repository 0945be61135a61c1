package io.agentstream.worker.engine.cascade;

import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.fallback.Standing;

/// Says of a service how it stands, by what it answers.
final class Watched {

    private Watched() {}

    static Ear.Listener ear(Standing row, int member, Ear.Listener listener) {
        return event -> {
            if (event instanceof Heard.Failed failed) {
                row.failed(member, failed.failure());
            } else {
                row.succeeded(member);
            }
            listener.on(event);
        };
    }

    static Brain.Listener brain(Standing row, int member, Brain.Listener listener) {
        return event -> {
            if (event instanceof Thought.Failed failed) {
                row.failed(member, failed.failure());
            } else {
                row.succeeded(member);
            }
            listener.on(event);
        };
    }

    static Mouth.Listener mouth(Standing row, int member, Mouth.Listener listener) {
        return event -> {
            if (event instanceof Spoken.Failed failed) {
                row.failed(member, failed.failure());
            } else {
                row.succeeded(member);
            }
            listener.on(event);
        };
    }
}
