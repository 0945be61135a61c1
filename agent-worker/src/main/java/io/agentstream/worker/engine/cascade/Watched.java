package io.agentstream.worker.engine.cascade;

import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Heard;
import io.agentstream.worker.service.Mouth;
import io.agentstream.worker.service.ServiceFailure;
import io.agentstream.worker.service.Spoken;
import io.agentstream.worker.service.Thought;
import io.agentstream.worker.service.fallback.Standing;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Says of a service how it stands, by what it answers. Called by the service's threads.
///
/// @param failures is told of each
record Watched(Standing row, int member, Consumer<ServiceFailure> failures) {

    Ear.Listener ear(Ear.Listener listener) {
        return event -> {
            answered(event instanceof Heard.Failed failed ? failed.failure() : null);
            listener.on(event);
        };
    }

    Brain.Listener brain(Brain.Listener listener) {
        return event -> {
            answered(event instanceof Thought.Failed failed ? failed.failure() : null);
            listener.on(event);
        };
    }

    Mouth.Listener mouth(Mouth.Listener listener) {
        return event -> {
            answered(event instanceof Spoken.Failed failed ? failed.failure() : null);
            listener.on(event);
        };
    }

    private void answered(@Nullable ServiceFailure failure) {
        if (failure == null) {
            row.succeeded(member);
        } else {
            row.failed(member, failure);
            failures.accept(failure);
        }
    }
}
