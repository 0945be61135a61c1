package io.agentstream.worker.loop;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.Answer;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.audio.MuLaw;
import io.agentstream.runtime.Metrics;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.CallSecrets;
import io.agentstream.schemas.Codec;
import io.agentstream.schemas.ConversationSnapshot;
import io.agentstream.schemas.FrameSeal;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.SealKey;
import io.agentstream.schemas.Sealing;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Topics;
import io.agentstream.worker.definitions.Definitions;
import io.agentstream.worker.engine.AgentEngines;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A made-up conversation, held by one worker and taken over by another, whose clients lead nowhere: what a new process does before it takes
/// any call. The first of everything (classes, ciphers, JSON, the voice detector) takes hundreds of times what the next one does, and the
/// calls that come with the first partitions would wait for it; and the next ones take ten times what they do once they are compiled, which fifty calls
/// that come together hear as well. So the take-over is played again and again. Writes nothing, counts nothing, logs nothing but faults. One thread,
/// for some seconds.
public final class Rehearsal {

    /// As often as code has to run to be compiled.
    static final int FRAMES = 250;

    /// So often is a conversation taken over, if that takes no longer than [#OFTEN_NS].
    static final int OFTEN = 500;

    private static final long OFTEN_NS = TimeUnit.MILLISECONDS.toNanos(1_500);

    /// Of a call that moves about so many have been waiting.
    static final int FRAMES_THEN = 25;

    private static final int FRAME_MS = 20;
    private static final int EPOCH = 1;
    /// More than a line of speech has; what is beyond it is not heard.
    private static final int MOST_ANSWERS = 1_000;

    private final SecureRandom random = new SecureRandom();
    private final CallSecrets secrets = CallSecrets.generate(random);
    private final FrameSeal seal = new FrameSeal(Objects.requireNonNull(secrets.media()), random);
    private final RunEvent.Running run;
    private final AgentEngines engines;
    private long nowMs;

    private Rehearsal(AgentEngines engines, JsonNode definition, long nowMs) {
        this.engines = engines;
        this.nowMs = nowMs;
        this.run = new RunEvent.Running(
                CallId.of(nowMs, random.nextLong(), random.nextLong()), 0, Instant.ofEpochMilli(nowMs),
                new RunEvent.RunRef(0, "rehearsal", 0, 0, 0, 0), MediaFormat.MULAW_8K, definition, Json.MAPPER.createObjectNode(), null);
    }

    /// Every topic, and nothing behind it.
    private record Nowhere(MockProducer<byte[], byte[]> media, MockProducer<byte[], byte[]> events) {

        Nowhere() {
            this(producer(), producer());
        }

        private static MockProducer<byte[], byte[]> producer() {
            return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }
    }

    private record NoDefinitions() implements Definitions {

        @Override
        public Optional<JsonNode> find(String key) {
            return Optional.empty();
        }

        @Override
        public boolean ready() {
            return true;
        }
    }

    /// One of the two workers.
    private final class Actor {

        private final Nowhere nowhere = new Nowhere();
        private final EventWriter events;
        private final Guard guard;
        private final SessionOpener opener;
        private final LiveConversation conversation;
        private final Thread thread = Thread.currentThread();
        private final Queue<Answer> answers = new ArrayBlockingQueue<>(MOST_ANSWERS);

        private Actor(WorkerMeters meters, int epoch) {
            CommandWriter commands = new CommandWriter(nowhere.media(), meters);
            events = new EventWriter(nowhere.events(), meters, () -> {});
            ConversationEffects effects = new ConversationEffects(commands, events, new Deadlines(), meters, new Intents(meters));
            guard = new Guard(effects, commands, meters);
            opener = new SessionOpener(engines, new NoDefinitions(), of -> answer -> answered(effects, of, answer));
            conversation = new LiveConversation(run, 0, epoch, nowMs);
            conversation.unlock(secrets);
        }

        /// What an engine's own threads say comes with the next frame.
        @SuppressWarnings("ReferenceEquality") // threads
        private boolean answered(ConversationEffects effects, LiveConversation of, Answer answer) {
            return (Thread.currentThread() == thread && effects.answerAtOnce(of, answer)) || answers.offer(answer);
        }

        private boolean opens(@Nullable SavedConversation left) {
            return opener.open(conversation, left) == SessionOpener.Opened.OPEN;
        }

        private void begins() {
            give(new ConversationInput.RunStarted(conversation.engine().takesTurns()));
        }

        /// Frames as they come from the log.
        private void hears(int frames) {
            SplittableRandom voice = new SplittableRandom(1);
            for (int n = 0; n < frames && !conversation.state.isOver(); n++) {
                nowMs += FRAME_MS;
                Answer answer = answers.poll();
                if (answer != null) {
                    give(answer);
                }
                byte[] audio = new byte[FRAME_MS * MuLaw.BYTES_PER_MS];
                voice.nextBytes(audio);
                byte[] record = Topics.CALL_MEDIA.codec().encode(
                        seal.seal(new MediaFrame.Audio(run.callId(), n, nowMs, (long) n * FRAME_MS, Slice.of(audio))));
                if (Topics.CALL_MEDIA.codec().decode(record) instanceof Codec.Decoded.Value<MediaFrame>(MediaFrame.SealedAudio sealed)) {
                    hears(Objects.requireNonNull(seal.open(sealed)));
                }
            }
            give(new ConversationInput.DigitPressed('1'));
        }

        private void hears(MediaFrame.Audio audio) {
            if (conversation.engine().hears()) {
                give(new ConversationInput.AudioHeard(audio));
            }
            CallerSpeech speech = conversation.speech;
            if (speech != null) {
                guard.hear(conversation, speech, audio, nowMs).forEach(this::give);
            }
        }

        private void give(ConversationInput input) {
            guard.give(conversation, nowMs, input);
        }

        /// What it leaves, as the other one reads it.
        private Optional<SavedConversation> leaves() {
            events.save(conversation, nowMs);
            byte[] record = nowhere.events().history().getLast().value();
            SealKey words = Objects.requireNonNull(secrets.words());
            return Topics.CONVERSATION_SNAPSHOTS.codec().decode(record) instanceof Codec.Decoded.Value<ConversationSnapshot>(var snapshot)
                            && Sealing.open(snapshot, words) instanceof Sealing.Opened.Clear<ConversationSnapshot>(var opened)
                    ? Optional.ofNullable(Beginnings.saved(opened))
                    : Optional.empty();
        }

        private void takesOver(SavedConversation left) {
            give(new ConversationInput.Resumed(left, FRAME_MS));
        }

        private void ends() {
            give(new ConversationInput.CallEnded());
            events.forget(conversation);
            guard.release(conversation);
        }
    }

    /// What was played.
    ///
    /// @param takenOver how often a worker went on with a conversation of another one's
    /// @param commands that these gave
    /// @param failed conversations that ended because something of ours broke
    public record Played(int takenOver, int commands, int failed) {

        /// Both.
        public Played plus(Played more) {
            return new Played(takenOver + more.takenOver, commands + more.commands, failed + more.failed);
        }
    }

    /// Each once.
    ///
    /// @param definitions of the agents that are played, one after the other
    public static Played once(AgentEngines engines, long nowMs, JsonNode... definitions) {
        return play(engines, nowMs, 1, () -> true, definitions);
    }

    /// Each some hundreds of times, for some seconds.
    ///
    /// @param goesOn whether it is still of use
    /// @param definitions of the agents that are played, one after the other
    public static Played often(AgentEngines engines, long nowMs, BooleanSupplier goesOn, JsonNode... definitions) {
        return play(engines, nowMs, OFTEN, goesOn, definitions);
    }

    private static Played play(AgentEngines engines, long nowMs, int times, BooleanSupplier goesOn, JsonNode... definitions) {
        try (Metrics nobodys = new Metrics("rehearsal")) {
            WorkerMeters meters = WorkerMeters.of(nobodys);
            Played played = new Played(0, 0, 0);
            for (JsonNode definition : definitions) {
                played = played.plus(new Rehearsal(engines, definition, nowMs).play(meters, times, goesOn));
            }
            return played.plus(new Played(0, 0, (int) meters.failed().count()));
        }
    }

    private Played play(WorkerMeters meters, int times, BooleanSupplier goesOn) {
        Topics.RUN_EVENTS.codec().decode(Topics.RUN_EVENTS.codec().encode(Sealing.seal(run, Objects.requireNonNull(secrets.words()))));
        Played played = new Played(0, 0, 0);
        Actor first = new Actor(meters, EPOCH);
        if (!first.opens(null)) {
            return played;
        }
        first.begins();
        first.hears(FRAMES);
        Optional<SavedConversation> left = first.leaves();
        first.ends();
        long beginNs = System.nanoTime();
        for (int n = 1; n <= times && left.isPresent() && (n <= 2 || System.nanoTime() - beginNs < OFTEN_NS) && goesOn.getAsBoolean(); n++) {
            Actor next = new Actor(meters, EPOCH + n);
            if (!next.opens(left.get())) {
                return played;
            }
            next.takesOver(left.get());
            next.hears(n == 1 ? FRAMES : FRAMES_THEN);
            left = next.leaves();
            next.ends();
            played = played.plus(new Played(1, next.nowhere.media().history().size(), 0));
        }
        return played;
    }
}
