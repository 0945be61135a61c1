package io.agentstream.worker.engine.cascade;

import io.agentstream.worker.engine.ServiceMeter;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Mouth;

/// What a session has under way, with what counts it: whoever stops the one stops the other.
sealed interface InUse {

    record Hearing(Ear ear, ServiceMeter.Use use) implements InUse {
        void close() {
            ear.close();
            use.stopped();
        }
    }

    record Thinking(Brain.Answering answering, ServiceMeter.Use use) implements InUse {
        void cancel() {
            answering.cancel();
            use.stopped();
        }
    }

    record Speaking(Mouth.Utterance utterance, ServiceMeter.Use use) implements InUse {
        void cancel() {
            utterance.cancel();
            use.stopped();
        }
    }
}
