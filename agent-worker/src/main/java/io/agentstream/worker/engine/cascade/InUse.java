package io.agentstream.worker.engine.cascade;

import io.agentstream.worker.engine.ServiceMeter;
import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Ear;
import io.agentstream.worker.service.Mouth;

/// What a session has under way, with what counts it: whoever stops the one stops the other.
public final class InUse {

    private InUse() {}

    record Hearing(Ear ear, ServiceMeter.Use use) {
        void close() {
            ear.close();
            use.stopped();
        }
    }

    record Thinking(Brain.Answering answering, ServiceMeter.Use use) {
        void cancel() {
            answering.cancel();
            use.stopped();
        }
    }

    public record Speaking(Mouth.Utterance utterance, ServiceMeter.Use use) {

        /// Says this, and nothing behind it.
        public static Speaking begin(ServiceMeter meter, ServiceMeter.Who who, Mouth mouth, String text, Mouth.Listener listener) {
            return meter.begin(who, 1, use -> {
                Mouth.Utterance utterance = mouth.speak(MouthAnswers.counted(listener, use));
                use.measuredBy(utterance::usage);
                try {
                    utterance.say(text);
                    utterance.end();
                } catch (RuntimeException | Error failed) { // nobody would stop it
                    utterance.cancel();
                    throw failed;
                }
                return new Speaking(utterance, use);
            });
        }

        public void cancel() {
            utterance.cancel();
            use.stopped();
        }
    }
}
