package io.agentstream.schemas;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The one place where what is personal in an event is sealed and opened: numbers, parameters, words, what a conversation
/// remembers. A sealed event has them in its field `sealed` and empty values in their own places, so that who has no key can still
/// read the rest. Bound to the call and the kind of event. Any thread.
public final class Sealing {

    /// What its fields say of `sealed`.
    static final String DOC = "The personal fields of the event, sealed with the call's key of words: base64 of nonce, AES-256-GCM"
            + " ciphertext and tag of a JSON object; they are empty in their own places. Absent where nothing is sealed.";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ObjectNode NOTHING = JsonNodeFactory.instance.objectNode();

    private Sealing() {}

    /// What became of opening an event.
    public sealed interface Opened<V> {
        record Clear<V>(V value) implements Opened<V> {}

        /// It was sealed with another key, or was changed.
        record Foreign<V>() implements Opened<V> {}
    }

    public static CallEvent seal(CallEvent event, SealKey key) {
        return switch (event) {
            case CallEvent.Offered o -> new CallEvent.Offered(
                    o.callId(), o.seq(), o.at(), o.refusal(), o.provider(), o.agentDigest(), o.slot(), o.remoteAddress(), o.domain(),
                    o.externalCallId(), null, null, sealed(o.callId(), "offered", key, new Numbers(o.from(), o.to(), null, null)));
            case CallEvent.Started s -> new CallEvent.Started(
                    s.callId(), s.seq(), s.at(), s.streamSid(), s.callSid(), s.session(), s.domain(), null, null, s.context(),
                    s.tracks(), s.mediaFormat(), Map.of(), null,
                    sealed(s.callId(), "started", key, new Numbers(s.from(), s.to(), s.customParameters(), s.cut())));
            case CallEvent.Alive a -> a;
            case CallEvent.Ended e -> e;
        };
    }

    public static Opened<CallEvent> open(CallEvent event, SealKey key) {
        return switch (event) {
            case CallEvent.Offered o when o.sealed() != null -> opened(o.callId(), "offered", key, o.sealed(), Numbers.class)
                    .<Opened<CallEvent>>map(n -> new Opened.Clear<>(new CallEvent.Offered(
                            o.callId(), o.seq(), o.at(), o.refusal(), o.provider(), o.agentDigest(), o.slot(), o.remoteAddress(),
                            o.domain(), o.externalCallId(), n.from(), n.to(), null)))
                    .orElseGet(Opened.Foreign::new);
            case CallEvent.Started s when s.sealed() != null -> opened(s.callId(), "started", key, s.sealed(), Numbers.class)
                    .<Opened<CallEvent>>map(n -> new Opened.Clear<>(new CallEvent.Started(
                            s.callId(), s.seq(), s.at(), s.streamSid(), s.callSid(), s.session(), s.domain(), n.from(), n.to(),
                            s.context(), s.tracks(), s.mediaFormat(), Objects.requireNonNullElse(n.customParameters(), Map.of()),
                            n.cut() == null ? s.cut() : n.cut(), null)))
                    .orElseGet(Opened.Foreign::new);
            case CallEvent.Offered o -> new Opened.Clear<>(o);
            case CallEvent.Started s -> new Opened.Clear<>(s);
            case CallEvent.Alive a -> new Opened.Clear<>(a);
            case CallEvent.Ended e -> new Opened.Clear<>(e);
        };
    }

    /// Whether there is something in it that needs the key.
    public static boolean isSealed(CallEvent event) {
        return switch (event) {
            case CallEvent.Offered o -> o.sealed() != null;
            case CallEvent.Started s -> s.sealed() != null;
            case CallEvent.Alive a -> false;
            case CallEvent.Ended e -> false;
        };
    }

    public static RunEvent.Running seal(RunEvent.Running run, SealKey key) {
        return running(run, NOTHING, sealed(run.callId(), "running", key, run.initialContext()));
    }

    public static Opened<RunEvent.Running> open(RunEvent.Running run, SealKey key) {
        String sealed = run.sealed();
        return sealed == null
                ? new Opened.Clear<>(run)
                : opened(run.callId(), "running", key, sealed, JsonNode.class)
                        .<Opened<RunEvent.Running>>map(context -> new Opened.Clear<>(running(run, context, null)))
                        .orElseGet(Opened.Foreign::new);
    }

    /// The event without what is personal in it, for whoever may not say that any more.
    public static RunEvent.Running blank(RunEvent.Running run) {
        return running(run, NOTHING, null);
    }

    private static RunEvent.Running running(RunEvent.Running run, JsonNode context, @Nullable String sealed) {
        return new RunEvent.Running(
                run.callId(), run.after(), run.at(), run.run(), run.mediaFormat(), run.definition(), context, run.definitionKey(), sealed,
                run.sessionCheck(), run.replaces());
    }

    public static ConversationEvent seal(ConversationEvent event, SealKey key) {
        return switch (event) {
            case ConversationEvent.Heard h -> new ConversationEvent.Heard(
                    h.callId(), h.number(), h.after(), h.at(), h.turn(), null, null, h.speechMs(), h.epoch(),
                    sealed(h.callId(), "heard", key, new Words(h.text(), h.digit(), null, null)));
            case ConversationEvent.Said s -> new ConversationEvent.Said(
                    s.callId(), s.number(), s.after(), s.at(), s.turn(), "", s.playedMs(), s.whole(), s.epoch(),
                    sealed(s.callId(), "said", key, new Words(s.text(), null, null, null)), s.stages());
            case ConversationEvent.ToolCalled t -> new ConversationEvent.ToolCalled(
                    t.callId(), t.number(), t.after(), t.at(), t.turn(), t.tool(), NOTHING, null, t.epoch(),
                    sealed(t.callId(), "tool_called", key, new Words(null, null, t.arguments(), t.result())), t.transfer(),
                    t.result() != null);
            case ConversationEvent.Began _, ConversationEvent.TurnStarted _, ConversationEvent.Interrupted _,
                    ConversationEvent.NodeEntered _, ConversationEvent.Latency _, ConversationEvent.HungUp _,
                    ConversationEvent.Resumed _, ConversationEvent.Used _ ->
                event;
        };
    }

    public static Opened<ConversationEvent> open(ConversationEvent event, SealKey key) {
        return switch (event) {
            case ConversationEvent.Heard h when h.sealed() != null -> opened(h.callId(), "heard", key, h.sealed(), Words.class)
                    .<Opened<ConversationEvent>>map(w -> new Opened.Clear<>(new ConversationEvent.Heard(
                            h.callId(), h.number(), h.after(), h.at(), h.turn(), w.text(), w.digit(), h.speechMs(), h.epoch(), null)))
                    .orElseGet(Opened.Foreign::new);
            case ConversationEvent.Said s when s.sealed() != null -> opened(s.callId(), "said", key, s.sealed(), Words.class)
                    .<Opened<ConversationEvent>>map(w -> new Opened.Clear<>(new ConversationEvent.Said(
                            s.callId(), s.number(), s.after(), s.at(), s.turn(), Objects.requireNonNullElse(w.text(), ""),
                            s.playedMs(), s.whole(), s.epoch(), null, s.stages())))
                    .orElseGet(Opened.Foreign::new);
            case ConversationEvent.ToolCalled t when t.sealed() != null -> opened(t.callId(), "tool_called", key, t.sealed(), Words.class)
                    .<Opened<ConversationEvent>>map(w -> new Opened.Clear<>(new ConversationEvent.ToolCalled(
                            t.callId(), t.number(), t.after(), t.at(), t.turn(), t.tool(),
                            Objects.requireNonNullElse(w.arguments(), NOTHING), w.result(), t.epoch(), null, t.transfer(), null)))
                    .orElseGet(Opened.Foreign::new);
            case ConversationEvent.Heard _, ConversationEvent.Said _, ConversationEvent.ToolCalled _,
                    ConversationEvent.Began _, ConversationEvent.TurnStarted _, ConversationEvent.Interrupted _,
                    ConversationEvent.NodeEntered _, ConversationEvent.Latency _, ConversationEvent.HungUp _,
                    ConversationEvent.Resumed _, ConversationEvent.Used _ ->
                new Opened.Clear<>(event);
        };
    }

    /// Whether there is something in it that needs the key.
    public static boolean isSealed(ConversationEvent event) {
        return switch (event) {
            case ConversationEvent.Heard h -> h.sealed() != null;
            case ConversationEvent.Said s -> s.sealed() != null;
            case ConversationEvent.ToolCalled t -> t.sealed() != null;
            case ConversationEvent.Began _, ConversationEvent.TurnStarted _, ConversationEvent.Interrupted _,
                    ConversationEvent.NodeEntered _, ConversationEvent.Latency _, ConversationEvent.HungUp _,
                    ConversationEvent.Resumed _, ConversationEvent.Used _ ->
                false;
        };
    }

    /// Its run is sealed already, or has nothing to hide.
    public static ConversationSnapshot seal(ConversationSnapshot s, SealKey key) {
        return new ConversationSnapshot(
                s.callId(), s.after(), s.at(), s.number(), s.run(), NOTHING, s.epoch(),
                sealed(s.callId(), "snapshot", key, s.state()));
    }

    /// The state; that of its run stays as it is.
    public static Opened<ConversationSnapshot> open(ConversationSnapshot s, SealKey key) {
        String sealed = s.sealed();
        return sealed == null
                ? new Opened.Clear<>(s)
                : opened(s.callId(), "snapshot", key, sealed, JsonNode.class)
                        .<Opened<ConversationSnapshot>>map(state -> new Opened.Clear<>(new ConversationSnapshot(
                                s.callId(), s.after(), s.at(), s.number(), s.run(), state, s.epoch(), null)))
                        .orElseGet(Opened.Foreign::new);
    }

    /// All entries: keys pressed and words are among them. Bound to the batch's place too.
    public static JournalBatch seal(JournalBatch batch, SealKey key) {
        return batch.with(true, Slice.of(key.seal(batch.entries().copy(), place(batch.callId(), journal(batch)), RANDOM)));
    }

    public static Opened<JournalBatch> open(JournalBatch batch, SealKey key) {
        return batch.sealed()
                ? key.open(batch.entries().copy(), place(batch.callId(), journal(batch)))
                        .<Opened<JournalBatch>>map(plain -> new Opened.Clear<>(batch.with(false, Slice.of(plain))))
                        .orElseGet(Opened.Foreign::new)
                : new Opened.Clear<>(batch);
    }

    private static String journal(JournalBatch batch) {
        return "journal|" + batch.machine() + "|" + batch.epoch() + "|" + batch.number();
    }

    /// The fields of events that hold what is personal, wherever events are kept: what is sealed on the topics, and the names by which a
    /// provider could say who it was.
    public static String[] personalFields() {
        return Stream.concat(
                        Stream.of(
                                "from", "to", "custom_parameters", "cut", "initial_context", "context", "session", "call_sid",
                                "stream_sid", "external_call_id"),
                        Stream.of(wordFields()))
                .toArray(String[]::new);
    }

    /// Those of them that hold what was said, pressed, asked of tools and answered by them.
    public static String[] wordFields() {
        return new String[] {"text", "digit", "arguments", "result", "sealed"};
    }

    /// @param cut what was cut names parameters; an older writer has it in the event
    private record Numbers(
            @Nullable String from, @Nullable String to, @Nullable Map<String, String> customParameters, @Nullable List<String> cut) {}

    private record Words(
            @Nullable String text, @Nullable String digit, @Nullable JsonNode arguments, @Nullable JsonNode result) {}

    private static String sealed(CallId callId, String kind, SealKey key, Object personal) {
        return Base64.getEncoder()
                .encodeToString(key.seal(Json.MAPPER.writeValueAsBytes(personal), place(callId, kind), RANDOM));
    }

    private static <P> Optional<P> opened(CallId callId, String kind, SealKey key, @Nullable String sealed, Class<P> type) {
        try {
            return sealed == null
                    ? Optional.empty()
                    : key.open(sealed, place(callId, kind)).map(plain -> Json.MAPPER.readValue(plain, type));
        } catch (JacksonException newer) {
            return Optional.empty();
        }
    }

    private static byte[] place(CallId callId, String kind) {
        return (kind + "|" + callId).getBytes(StandardCharsets.UTF_8);
    }
}
