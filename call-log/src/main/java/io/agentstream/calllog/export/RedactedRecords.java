package io.agentstream.calllog.export;

import io.agentstream.calllog.CallEntry;
import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Records without what is personal: each is built anew of what may stay (kind, number, time, turn, durations, codes), so that what nobody
/// thought of is not in it. Words, numbers and names of others are the same word everywhere, pressed keys the same key, voices tones, names
/// of nodes and tools numbers; nothing is a digest of what it stands for. What could not be opened stays as empty as it is. A record that
/// cannot be read is left out. One thread.
final class RedactedRecords implements RecordValues {

    /// In the place of each text that was there.
    static final String WORD = "redacted";

    private static final char KEY = '0';
    private static final int CALLER_PERIOD = 20;
    private static final int AGENT_PERIOD = 16;
    private static final Set<String> TRACKS = Set.of("inbound", "outbound", "both_tracks");
    private static final Set<String> WAITED_FOR = Set.of("first_audio", "first_played", "barge_in");

    private final Names nodes = new Names("node");
    private final Names tools = new Names("tool");
    private final Names vendors = new Names("service");
    private final Tones caller = new Tones(CALLER_PERIOD);
    private final Tones agent = new Tones(AGENT_PERIOD);

    @Override
    public byte @Nullable [] of(CallEntry entry) {
        return switch (entry) {
            case CallEntry.Lifecycle l -> Topics.CALL_LIFECYCLE.codec().encode(event(l.event()));
            case CallEntry.Decision d -> Topics.RUN_EVENTS.codec().encode(decision(d.event()));
            case CallEntry.Conversation c -> Topics.CONVERSATION_EVENTS.codec().encode(told(c.event()));
            case CallEntry.Media m -> Topics.CALL_MEDIA.codec().encode(frame(m.frame()));
            case CallEntry.Command c -> Topics.SOCKET_COMMANDS.codec().encode(command(c.command()));
            case CallEntry.Unreadable _, CallEntry.Missing _ -> null;
        };
    }

    private static @Nullable String word(@Nullable String text) {
        return text == null ? null : WORD;
    }

    /// What is sealed and could not be opened is empty, and says that it was sealed.
    private static @Nullable String sealed(@Nullable String sealed) {
        return sealed == null ? null : "";
    }

    private static CallEvent event(CallEvent event) {
        return switch (event) {
            case CallEvent.Offered o -> new CallEvent.Offered(
                    o.callId(), o.seq(), o.at(), o.refusal(), RedactedRun.code(o.provider()), "0".repeat(64), o.slot(), "0.0.0.0", word(o.domain()),
                    word(o.externalCallId()), word(o.from()), word(o.to()), sealed(o.sealed()));
            case CallEvent.Started s -> new CallEvent.Started(
                    s.callId(), s.seq(), s.at(), word(s.streamSid()), word(s.callSid()), word(s.session()), word(s.domain()),
                    word(s.from()), word(s.to()), word(s.context()), s.tracks().stream().filter(TRACKS::contains).toList(),
                    format(s.mediaFormat()), Map.of(), s.cut() == null ? null : List.of(WORD), sealed(s.sealed()));
            case CallEvent.Alive a -> a;
            case CallEvent.Ended e -> new CallEvent.Ended(
                    e.callId(), e.seq(), e.at(), e.closeCode(), reason(e.failure()), e.end(), e.failure(),
                    e.oddMessages() == null ? null : Map.of("odd", e.oddMessages().values().stream().mapToInt(Integer::intValue).sum()),
                    e.firstHeardAt(), e.firstPlayedAt(), e.playedMs(), e.callerSilent(), e.agentSilent(), null, e.media());
        };
    }

    private static MediaFormat format(MediaFormat format) {
        return format.spoken() ? format : new MediaFormat("audio/x-" + WORD, format.sampleRate(), format.channels());
    }

    /// That of a failure which names nothing.
    private static String reason(@Nullable Failure failure) {
        return failure == null ? "" : failure.reason();
    }

    private static RunEvent decision(RunEvent event) {
        return switch (event) {
            case RunEvent.Created c -> c;
            case RunEvent.Running r -> new RunEvent.Running(
                    r.callId(), r.after(), r.at(), r.run(), format(r.mediaFormat()),
                    r.definition() == null ? null : RedactedRun.definition(r.definition()), nothing(), null, sealed(r.sealed()),
                    r.sessionCheck(), r.replaces());
            case RunEvent.Completed c -> new RunEvent.Completed(
                    c.callId(), c.after(), c.at(), c.run(), c.end(), c.closeCode(), c.durationMs(), RedactedRun.decimal(c.cost()),
                    c.disconnectedBy(), word(c.outcome()), RedactedRun.codes(c.faults()), c.replacedBy());
            case RunEvent.Failed f -> new RunEvent.Failed(
                    f.callId(), f.after(), f.at(), f.run(), f.failure(), reason(f.failure()), f.closeCode(), f.durationMs(),
                    RedactedRun.decimal(f.cost()), f.disconnectedBy(), word(f.outcome()), RedactedRun.codes(f.faults()), f.sessionCheck());
            case RunEvent.HangUp h -> h;
            case RunEvent.Transferred t -> t;
            case RunEvent.Erased e -> e;
        };
    }

    private static JsonNode nothing() {
        return Json.MAPPER.createObjectNode();
    }

    private ConversationEvent told(ConversationEvent event) {
        return switch (event) {
            case ConversationEvent.Heard h -> new ConversationEvent.Heard(
                    h.callId(), h.number(), h.after(), h.at(), h.turn(), word(h.text()), h.digit() == null ? null : String.valueOf(KEY),
                    h.speechMs(), h.epoch(), sealed(h.sealed()));
            case ConversationEvent.Said s -> new ConversationEvent.Said(
                    s.callId(), s.number(), s.after(), s.at(), s.turn(), s.text().isEmpty() ? "" : WORD, s.playedMs(), s.whole(),
                    s.epoch(), sealed(s.sealed()), s.stages());
            case ConversationEvent.ToolCalled t -> new ConversationEvent.ToolCalled(
                    t.callId(), t.number(), t.after(), t.at(), t.turn(), tools.of(t.tool()), nothing(),
                    t.result() == null ? null : nothing(), t.epoch(), sealed(t.sealed()), t.transfer(), t.answered());
            case ConversationEvent.NodeEntered n ->
                new ConversationEvent.NodeEntered(n.callId(), n.number(), n.after(), n.at(), nodes.of(n.node()), n.epoch());
            case ConversationEvent.Latency l -> new ConversationEvent.Latency(
                    l.callId(), l.number(), l.after(), l.at(), l.turn(), WAITED_FOR.contains(l.what()) ? l.what() : WORD, l.ms(), l.epoch());
            case ConversationEvent.Used u ->
                new ConversationEvent.Used(u.callId(), u.number(), u.after(), u.at(), u.services().stream().map(this::use).toList(), u.epoch());
            case ConversationEvent.Began _, ConversationEvent.TurnStarted _, ConversationEvent.Interrupted _,
                    ConversationEvent.HungUp _, ConversationEvent.Resumed _ ->
                event;
        };
    }

    /// Whose services they are may say whose agent it is.
    private ServiceUse use(ServiceUse use) {
        return new ServiceUse(
                use.role(), vendors.of(use.vendor()), word(use.model()), use.fallback(), use.requests(), use.untold(), use.inputTokens(),
                use.cachedTokens(), use.outputTokens(), use.inputAudioTokens(), use.outputAudioTokens(), use.characters(), use.audioMs());
    }

    private MediaFrame frame(MediaFrame frame) {
        return switch (frame) {
            case MediaFrame.Audio a ->
                new MediaFrame.Audio(a.callId(), a.seq(), a.atMs(), a.timestampMs(), caller.masked(a.payload()));
            case MediaFrame.Digit d -> new MediaFrame.Digit(d.callId(), d.seq(), d.atMs(), KEY);
            case MediaFrame.SealedAudio a ->
                new MediaFrame.SealedAudio(a.callId(), a.seq(), a.atMs(), a.timestampMs(), zeros(a.sealed()));
            case MediaFrame.SealedDigit d -> new MediaFrame.SealedDigit(d.callId(), d.seq(), d.atMs(), zeros(d.sealed()));
            case MediaFrame.MarkReached m ->
                new MediaFrame.MarkReached(m.callId(), m.seq(), m.atMs(), m.turn(), mark(m.turn(), m.name()));
            case MediaFrame.Played _, MediaFrame.Playing _, MediaFrame.Silence _ -> frame;
        };
    }

    private static Slice zeros(Slice sealed) {
        return Slice.of(new byte[sealed.length()]);
    }

    /// Workers name a mark by its turn.
    private static String mark(int turn, String name) {
        return name.equals("turn-" + turn) ? name : WORD;
    }

    private SocketCommand command(SocketCommand command) {
        return switch (command) {
            case SocketCommand.Play p ->
                new SocketCommand.Play(p.callId(), p.turn(), p.seq(), p.frameBytes(), agent.masked(p.payload()), p.epoch());
            case SocketCommand.SealedPlay p ->
                new SocketCommand.SealedPlay(p.callId(), p.turn(), p.seq(), p.frameBytes(), zeros(p.sealed()), p.epoch());
            case SocketCommand.Mark m -> new SocketCommand.Mark(m.callId(), m.turn(), mark(m.turn(), m.name()), m.epoch());
            case SocketCommand.Close c ->
                new SocketCommand.Close(c.callId(), c.end(), c.failure(), c.closeCode(), reason(c.failure()), c.epoch(),
                        c.organizationId());
            case SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Clear _, SocketCommand.Finish _ -> command;
        };
    }

}
