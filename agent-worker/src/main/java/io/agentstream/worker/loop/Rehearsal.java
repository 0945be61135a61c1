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
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A made-up conversation, held by one worker and taken over by another, whose clients lead nowhere: what a new process does before it takes
/// any call. The first of everything (classes, ciphers, JSON, the voice detector) takes hundreds of times what the next one does, and the
/// calls that come with the first partitions would wait for it. Writes nothing, counts nothing, logs nothing but faults. One thread, for
/// about a second.
public final class Rehearsal {

    /// As often as code has to run to be compiled.
    static final int FRAMES = 250;

    private static final int FRAME_MS = 20;
    private static final int NOT_TAKEN_OVER = -1;
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
        private void hears() {
            SplittableRandom voice = new SplittableRandom(1);
            for (int n = 0; n < FRAMES && !conversation.state.isOver(); n++) {
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
    /// @param takenOver conversations that the second workers went on with
    /// @param commands that these gave
    /// @param failed conversations that ended because something of ours broke
    public record Played(int takenOver, int commands, int failed) {}

    /// @param definitions of the agents that are played, one after the other
    public static Played of(AgentEngines engines, long nowMs, JsonNode... definitions) {
        int takenOver = 0;
        int commands = 0;
        try (Metrics nobodys = new Metrics("rehearsal")) {
            WorkerMeters meters = WorkerMeters.of(nobodys);
            for (JsonNode definition : definitions) {
                int given = new Rehearsal(engines, definition, nowMs).play(meters);
                takenOver += given < 0 ? 0 : 1;
                commands += Math.max(0, given);
            }
            return new Played(takenOver, commands, (int) meters.failed().count());
        }
    }

    /// @return what the second worker gave; less than 0 where it did not go on
    private int play(WorkerMeters meters) {
        Topics.RUN_EVENTS.codec().decode(Topics.RUN_EVENTS.codec().encode(Sealing.seal(run, Objects.requireNonNull(secrets.words()))));
        Actor first = new Actor(meters, EPOCH);
        Actor second = new Actor(meters, EPOCH + 1);
        if (!first.opens(null)) {
            return NOT_TAKEN_OVER;
        }
        first.begins();
        first.hears();
        Optional<SavedConversation> left = first.leaves();
        first.ends();
        if (left.isEmpty() || !second.opens(left.get())) {
            return NOT_TAKEN_OVER;
        }
        second.takesOver(left.get());
        second.hears();
        second.ends();
        return second.nowhere.media().history().size();
    }
}
