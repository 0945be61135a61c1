package io.agentstream.agents.journal;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.AudioHeard;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.conversation.McpRequest;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.Slice;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The machine's inputs and effects as JSON objects with a `type`. A frame is named by its number, and audio by where it lies in the
/// array that it came in and how long it is: the machine moves audio, and never looks at it. One thread.
public final class ConversationForms {

    /// Type of the effect that stands in place of all others where the machine threw.
    static final String THREW = "threw";

    /// Audio of one reply, with what stands before it in its array. More than a worker ever takes at once.
    private static final int MAX_AUDIO_BYTES = 16 << 20;

    private static final ClassValue<String> NAMES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> type) {
            return type.getSimpleName().replaceAll("(?<=[a-z])([A-Z])", "_$1").toLowerCase(Locale.ROOT);
        }
    };
    private static final Map<String, Class<?>> INPUTS = inputs();

    private final CallId callId;
    /// What audio is cut from that has no bytes of its own any more.
    private byte[] silence = new byte[0];

    /// An input that was read.
    public sealed interface Read {
        record Known(ConversationInput input) implements Read {}

        /// Of a kind that this version does not have, or not of the form that it has here; `what` quotes nothing of it but its type.
        record Unknown(String what) implements Read {}
    }

    /// @param callId the call whose inputs are read
    public ConversationForms(CallId callId) {
        this.callId = callId;
    }

    private static Map<String, Class<?>> inputs() {
        Map<String, Class<?>> all = new HashMap<>();
        collect(ConversationInput.class, all);
        return Map.copyOf(all);
    }

    private static void collect(Class<?> type, Map<String, Class<?>> all) {
        if (type.isSealed()) {
            for (Class<?> each : type.getPermittedSubclasses()) {
                collect(each, all);
            }
        } else {
            all.put(name(type), type);
        }
    }

    private static String name(Class<?> type) {
        return NAMES.get(type);
    }

    private static ObjectNode typed(Object of) {
        return Json.MAPPER.createObjectNode().put("type", name(of.getClass()));
    }

    private static ObjectNode record(Object of) {
        ObjectNode json = typed(of);
        json.setAll((ObjectNode) Json.MAPPER.valueToTree(of));
        return json;
    }

    static ObjectNode of(ConversationInput input) {
        return switch (input) {
            case AudioHeard heard ->
                typed(heard).put("seq", heard.frame().seq()).put("at_ms", heard.frame().atMs());
            case ReplyPart part ->
                typed(part)
                        .put("turn", part.turn())
                        .put("text", part.text())
                        .put("offset", part.audio().offset())
                        .put("length", part.audio().length());
            case MouthSpoke spoke ->
                typed(spoke)
                        .put("turn", spoke.turn())
                        .put("number", spoke.number())
                        .put("offset", spoke.audio().offset())
                        .put("length", spoke.audio().length())
                        .set("words", Json.MAPPER.valueToTree(spoke.words()));
            case BrainSpoke spoke ->
                typed(spoke)
                        .put("turn", spoke.turn())
                        .put("number", spoke.number())
                        .put("text", spoke.text())
                        .put("offset", spoke.audio().offset())
                        .put("length", spoke.audio().length());
            case ConversationInput.RunStarted _, ConversationInput.Resumed _, ConversationInput.SpeechStarted _,
                    ConversationInput.SpeechStopped _, ConversationInput.DigitPressed _, ConversationInput.MarkReached _,
                    ConversationInput.Played _, ConversationInput.DeadlinePassed _, ConversationInput.CallEnded _,
                    ConversationInput.Broken _, ConversationInput.ReplyBegun _, ConversationInput.ReplyDelayed _,
                    ConversationInput.ReplyFinished _, ConversationInput.CallerWords _, ConversationInput.EngineFailed _,
                    ConversationInput.TurnWanted _,
                    ConversationInput.MouthDone _,
                    ConversationInput.MouthFailed _, ConversationInput.WordsHeard _, ConversationInput.WordsEnded _,
                    ConversationInput.EarFailed _, ConversationInput.BrainSaid _, ConversationInput.BrainCalled _,
                    ConversationInput.BrainDone _, ConversationInput.BrainFailed _, ConversationInput.ToolAnswered _,
                    ConversationInput.CallerQuoted _, ConversationInput.TransferAnswered _ ->
                record(input);
        };
    }

    /// An effect as an object.
    public static ObjectNode of(ConversationEffect effect) {
        return switch (effect) {
            case ConversationEffect.Hear hear -> typed(hear).put("seq", hear.frame().seq());
            case ConversationEffect.Play play ->
                typed(play)
                        .put("turn", play.turn())
                        .put("frame_bytes", play.frameBytes())
                        .put("offset", play.audio().offset())
                        .put("length", play.audio().length());
            case ConversationEffect.Think think ->
                typed(think).put("turn", think.turn()).set("prompt", record(think.prompt()));
            case ConversationEffect.AskBrain ask -> typed(ask)
                    .put("turn", ask.turn())
                    .put("number", ask.number())
                    .put("brain", ask.brain())
                    .put("remarks", ask.request().history().size())
                    .put("tools", ask.request().tools().size())
                    .put("digest", digest(ask.request()));
            case ConversationEffect.OpenSpeech open -> typed(open)
                    .put("number", open.number())
                    .put("service", open.service())
                    .put("remarks", open.request().history().size())
                    .put("digest", digest(open.request()));
            case ConversationEffect.CallTool call -> typed(call)
                    .put("turn", call.turn())
                    .put("number", call.number())
                    .put("key", call.key())
                    .put("tool", call.tool())
                    .put("arguments", call.arguments())
                    .put("digest", digest(request(call)));
            case ConversationEffect.Tell tell -> typed(tell).set("fact", record(tell.fact()));
            case ConversationEffect.Flow _, ConversationEffect.StopThinking _, ConversationEffect.Clear _,
                    ConversationEffect.AskForMark _, ConversationEffect.SetDeadline _, ConversationEffect.ClearDeadline _,
                    ConversationEffect.Save _, ConversationEffect.HangUp _, ConversationEffect.Speak _,
                    ConversationEffect.PressKeys _, ConversationEffect.StopSpeaking _, ConversationEffect.StopBrain _,
                    ConversationEffect.StopTool _,
                    ConversationEffect.Understand _, ConversationEffect.OpenEar _, ConversationEffect.FinishHearing _,
                    ConversationEffect.HearTurn _, ConversationEffect.TellSpeech _, ConversationEffect.CutShort _, ConversationEffect.GaveUp _ ->
                record(effect);
        };
    }

    /// As journals have always told it apart: whether another worker had begun it was a part of what a server is asked.
    private static Object request(ConversationEffect.CallTool call) {
        return switch (call.request()) {
            case HttpRequest http -> http;
            case McpRequest mcp -> ((ObjectNode) Json.MAPPER.valueToTree(mcp)).put("again", call.again());
        };
    }

    /// Tells requests apart that a journal has no room for.
    private static String digest(Object request) {
        CRC32C digest = new CRC32C();
        digest.update(Json.MAPPER.writeValueAsBytes(request));
        return Long.toHexString(digest.getValue());
    }

    /// What stands for the effects of a step in which the machine threw.
    public static List<JsonNode> threw(Throwable bug) {
        return List.of(Json.MAPPER.createObjectNode().put("type", THREW).put("what", bug.getClass().getSimpleName()));
    }

    /// Never throws, whatever the object is.
    public Read input(JsonNode json) {
        String type = json.path("type").asString("");
        Class<?> kind = INPUTS.get(type);
        if (kind == null) {
            return new Read.Unknown("an input of the type " + quoted(type));
        }
        try {
            if (kind == AudioHeard.class) {
                return new Read.Known(new AudioHeard(new MediaFrame.Audio(
                        callId, json.required("seq").longValue(), json.required("at_ms").longValue(), 0, Slice.EMPTY)));
            }
            if (kind == ReplyPart.class) {
                return new Read.Known(new ReplyPart(
                        json.required("turn").intValue(), json.required("text").stringValue(),
                        audio(json.required("offset").intValue(), json.required("length").intValue())));
            }
            if (kind == BrainSpoke.class) {
                return new Read.Known(new BrainSpoke(
                        json.required("turn").intValue(), json.required("number").intValue(), json.required("text").stringValue(),
                        audio(json.required("offset").intValue(), json.required("length").intValue())));
            }
            if (kind == MouthSpoke.class) {
                return new Read.Known(new MouthSpoke(
                        json.required("turn").intValue(), json.required("number").intValue(),
                        audio(json.required("offset").intValue(), json.required("length").intValue()),
                        List.of(Json.MAPPER.treeToValue(json.required("words"), ConversationInput.Word[].class))));
            }
            return new Read.Known((ConversationInput) Json.MAPPER.treeToValue(json, kind));
        } catch (JacksonException | IllegalArgumentException other) {
            return new Read.Unknown("an input of the type " + quoted(type) + " of another form");
        }
    }

    private Slice audio(int offset, int length) {
        if (offset < 0 || length < 0 || offset > MAX_AUDIO_BYTES - length) {
            throw new IllegalArgumentException("audio of " + length + " bytes");
        }
        if (silence.length < offset + length) {
            silence = new byte[Math.min(MAX_AUDIO_BYTES, 2 * (offset + length))];
        }
        return new Slice(silence, offset, length);
    }

    private static String quoted(String type) {
        return type.matches("[a-z_]{1,40}") ? type : "?";
    }
}
