package io.agentstream.schemas;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// One value of each kind that goes over a topic, fields filled.
final class Samples {

    static final CallId CALL = CallId.parse("019ac0de-0000-7000-8000-00000000002a").orElseThrow();
    static final Instant AT = Instant.parse("2026-11-22T12:00:00.250Z");
    static final RunEvent.RunRef RUN = new RunEvent.RunRef(12, "WR-AGS-04182736", 3, 7, 2, 0);

    private Samples() {}

    static final RunEvent.Running RUNNING = new RunEvent.Running(
            CALL, 2, AT, RUN, MediaFormat.MULAW_8K,
            Json.MAPPER.readTree("{\"engine\":\"echo\"}"),
            Json.MAPPER.readTree("{\"provider\":\"cloudonix\",\"direction\":\"inbound\",\"caller_number\":\"+15550100\"}"), null);

    static final AgentDefinition DEFINITION = new AgentDefinition(7, 2, Json.MAPPER.readTree("{\"engine\":\"echo\"}"));

    static final RunEvent.Running RUNNING_BY_REFERENCE = new RunEvent.Running(
            CALL, 2, AT, RUN, MediaFormat.MULAW_8K, null, Json.MAPPER.readTree("{\"provider\":\"cloudonix\"}"), DEFINITION.key());

    static final List<CallEvent> CALL_EVENTS = List.of(
            new CallEvent.Offered(CALL, 1, AT, null, "cloudonix", "ab".repeat(32), 0, "192.0.2.7",
                    "acme.cloudonix.net", "ext-1", "+15550100", "+15550199"),
            new CallEvent.Started(CALL, 2, AT, "MZ-1", "call-1", "sess-1", "acme.cloudonix.net", "+15550100",
                    "+15550199", "inbound", List.of("inbound"), MediaFormat.MULAW_8K, Map.of("tier", "gold")),
            new CallEvent.Alive(CALL, 3, AT),
            new CallEvent.Ended(CALL, 4, AT, 1000, "", End.CALLER_HANGUP, null),
            new CallEvent.Started(CALL, 2, AT, "MZ-1", "call-1", "sess-1", "acme.cloudonix.net", "+15550100",
                    "+15550199", "inbound", List.of("inbound"), MediaFormat.MULAW_8K, Map.of("note", "a\nb"),
                    List.of("custom parameter note: 4096 of 5000 characters kept")),
            new CallEvent.Ended(CALL, 4, AT, 1000, "", End.CALLER_HANGUP, null, Map.of("unknown", 3)),
            new CallEvent.Ended(CALL, 4, AT, 1000, "", End.CALLER_HANGUP, null, null, AT, AT, 4_200L),
            new CallEvent.Ended(
                    CALL, 4, AT, 1000, "", End.CALLER_HANGUP, null, null, AT, AT, 4_200L, null, null,
                    List.of(new Place("call.media.v1", 3, 1_200, 1_950), new Place("socket.commands.v1", 0, 17, 230))),
            new CallEvent.Ended(CALL, 4, AT, 1000, "", End.CALLER_HANGUP, null, null, AT, AT, 4_200L, true, false, null),
            new CallEvent.Ended(
                    CALL, 4, AT, 1000, "", End.CALLER_HANGUP, null, null, AT, AT, 4_200L, false, false, null,
                    new MediaFacts(3_050, 12, 2, 130, 90)));

    static final List<RunEvent> RUN_EVENTS = List.of(
            new RunEvent.Created(CALL, 1, AT, RUN),
            RUNNING,
            new RunEvent.Completed(CALL, 4, AT, RUN, End.AGENT_HANGUP, 1000, 61_000, "0.1017"),
            new RunEvent.Failed(CALL, 2, AT, RUN, Failure.UNKNOWN_DOMAIN, "Unknown Cloudonix domain: x"),
            RUNNING_BY_REFERENCE,
            new RunEvent.Completed(
                    CALL, 4, AT, RUN, End.CREDITS, 1000, 61_000, "0.1017", DisconnectedBy.LIMIT, "appointment_made"),
            new RunEvent.Failed(
                    CALL, 9, AT, RUN, Failure.PEER_STALLED, "Peer does not read", 1008, 61_000L, "0.1017",
                    DisconnectedBy.PROVIDER, "no_answer"),
            new RunEvent.HangUp(CALL, 4, AT, RUN, true, 204, 2),
            new RunEvent.Completed(
                    CALL, 4, AT, RUN, End.REPLACED, 1000, 9_000, "0.0150", DisconnectedBy.PROVIDER, null),
            new RunEvent.Completed(
                    CALL, 4, AT, RUN, End.CALLER_HANGUP, 1000, 61_000, "0.1017", DisconnectedBy.CALLER, null,
                    List.of("no_caller_audio", "slow_turn")),
            new RunEvent.Running(
                    CALL, 2, AT, RUN, MediaFormat.MULAW_8K, null, Json.MAPPER.readTree("{}"), "7:3", null,
                    new RunEvent.SessionCheck(true, 200, 34, 1)),
            new RunEvent.Failed(
                    CALL, 9, AT, RUN, Failure.PEER_STALLED, "Peer does not read", 1008, 61_000L, "0.1017", DisconnectedBy.PROVIDER, null,
                    List.of("agent_unheard"), new RunEvent.SessionCheck(false, null, 5_000, 3)),
            new RunEvent.Transferred(CALL, 4, AT, RUN, "2-front_desk", Transfer.CONNECTED, 200),
            new RunEvent.Running(
                    CALL, 2, AT, RUN, MediaFormat.MULAW_8K, null, Json.MAPPER.readTree("{}"), "7:3", null, null, CallId.of(1, 2, 3)),
            new RunEvent.Completed(
                    CALL, 4, AT, RUN, End.REPLACED, 1000, 61_000, "0.1017", DisconnectedBy.PROVIDER, null, null, CallId.of(1, 2, 3)),
            new RunEvent.HangUp(CALL, 4, AT, RUN, true, 204, 2, AT),
            new RunEvent.Erased(CALL, 0, AT, RUN));

    private static final List<ServiceUse> USES = List.of(
            new ServiceUse(ServiceUse.Role.EAR, "deepgram", "nova-3", false, 1, 0, 0, 0, 0, 0, 0, 0, 61_000),
            new ServiceUse(ServiceUse.Role.BRAIN, "openai", "gpt", true, 3, 1, 240, 128, 24, 0, 0, 0, 0),
            new ServiceUse(ServiceUse.Role.MOUTH, "offline", null, false, 2, 0, 0, 0, 0, 0, 0, 90, 5_400),
            new ServiceUse(ServiceUse.Role.REALTIME, "openai", "gpt-realtime", false, 2, 0, 20, 10, 6, 40, 14, 0, 800));

    static final List<ConversationEvent> CONVERSATION_EVENTS = List.of(
            new ConversationEvent.TurnStarted(CALL, 1, 3, AT, 1, ConversationEvent.Party.AGENT, null),
            new ConversationEvent.Heard(CALL, 2, 4, AT, 2, "one", "1", 340L, null),
            new ConversationEvent.Said(CALL, 3, 5, AT, 1, "Hello.", 800, true, null),
            new ConversationEvent.Interrupted(CALL, 4, 6, AT, 1, null),
            new ConversationEvent.NodeEntered(CALL, 5, 6, AT, "greet", null),
            new ConversationEvent.ToolCalled(CALL, 6, 6, AT, 2, "look_up",
                    Json.MAPPER.readTree("{\"id\":7}"), Json.MAPPER.readTree("{\"ok\":true}"), null),
            new ConversationEvent.Latency(CALL, 7, 6, AT, 1, "first_audio", 42, null),
            new ConversationEvent.HungUp(CALL, 8, 6, AT, End.AGENT_HANGUP, null),
            new ConversationEvent.Resumed(CALL, 9, 7, AT, 1_200, null),
            new ConversationEvent.Began(CALL, 1, 3, AT, null),
            new ConversationEvent.Said(CALL, 3, 5, AT, 1, "Hello.", 800, true, 7),
            new ConversationEvent.ToolCalled(
                    CALL, 6, 6, AT, 2, "front_desk", Json.MAPPER.readTree("{\"to\":\"+15550100\",\"ring_ms\":25000}"), null, 7, null,
                    "2-front_desk", null));

    /// As they are on the topic.
    private static final List<ConversationEvent> SEALED_EVENTS = List.of(
            new ConversationEvent.ToolCalled(CALL, 7, 6, AT, 2, "look_up", Json.MAPPER.createObjectNode(), null, 7, "c2VhbGVk", null, true),
            new ConversationEvent.Used(CALL, 32, 7, AT, USES, 7),
            new ConversationEvent.Said(
                    CALL, 33, 7, AT, 3, "", 800, true, 7, "c2VhbGVk", new TurnStages(310L, 360L, 770L, 900L, 800L, 960L, 961L, 972L)),
            new ConversationEvent.Said(
                    CALL, 34, 8, AT, 5, "Hello.", 800, true, 7, null, new TurnStages(310L, 310L, null, null, 310L, 470L, 471L, null)));

    static final List<MediaFrame> MEDIA_FRAMES = List.of(
            new MediaFrame.Audio(CALL, 5, AT.toEpochMilli(), 40, Slice.of(new byte[] {1, 2, 3})),
            new MediaFrame.Audio(CALL, 6, AT.toEpochMilli(), 60, Slice.EMPTY),
            new MediaFrame.Digit(CALL, 7, AT.toEpochMilli(), '#'),
            new MediaFrame.MarkReached(CALL, 8, AT.toEpochMilli(), 2, "done"),
            new MediaFrame.Played(CALL, 9, AT.toEpochMilli(), 2, 820, true),
            new MediaFrame.SealedAudio(CALL, 10, AT.toEpochMilli(), 60, Slice.of(new byte[188])),
            new MediaFrame.SealedDigit(CALL, 11, AT.toEpochMilli(), Slice.of(new byte[29])),
            new MediaFrame.Playing(CALL, 12, AT.toEpochMilli(), 2, 7, 3_200, AT.toEpochMilli() * 1_000 + 125),
            new MediaFrame.Silence(CALL, 13, AT.toEpochMilli(), AT.toEpochMilli() * 1_000 + 40_000));

    static final List<SocketCommand> SOCKET_COMMANDS = List.of(
            new SocketCommand.Admit(CALL),
            new SocketCommand.Open(CALL),
            new SocketCommand.Play(CALL, 2, 0, 160, Slice.of(new byte[320])),
            new SocketCommand.Clear(CALL, 2),
            new SocketCommand.Mark(CALL, 3, "done"),
            SocketCommand.Close.because(CALL, End.AGENT_HANGUP),
            SocketCommand.Close.because(CALL, Failure.UNKNOWN_DOMAIN, "nowhere.example"),
            new SocketCommand.Play(CALL, 2, 1, 160, Slice.of(new byte[320]), 7),
            new SocketCommand.Clear(CALL, 2, 7),
            new SocketCommand.Mark(CALL, 3, "done", 7),
            SocketCommand.Close.because(CALL, End.AGENT_HANGUP).of(7),
            new SocketCommand.Finish(CALL, End.MAX_DURATION, 15_000),
            new SocketCommand.SealedPlay(CALL, 2, 1, 160, Slice.of(new byte[348]), 7));

    static final ConversationSnapshot SNAPSHOT =
            new ConversationSnapshot(CALL, 6, AT, 5, RUNNING, Json.MAPPER.readTree("{\"node\":\"greet\"}"), null);

    static final List<JournalBatch> JOURNAL = List.of(
            new JournalBatch(CALL, JournalBatch.CONVERSATION, 1, 7, 0, 12, AT.toEpochMilli(), false, DEFINITION.key(), false, entries()),
            new JournalBatch(
                    CALL, JournalBatch.CONVERSATION, 1, 7, 1, 12, AT.toEpochMilli(), true, null, true, Slice.of(new byte[40])));

    private static Slice entries() {
        JournalEncoder out = new JournalEncoder(List.of(JournalTemplate.of(
                "{\"in\":{\"type\":\"audio_heard\",\"seq\":{\"#\":0},\"at_ms\":{\"#\":1}},\"out\":[{\"type\":\"hear\",\"seq\":{\"#\":0}}]}")));
        out.add(new JournalEntry(
                AT.toEpochMilli(), Json.MAPPER.readTree("{\"type\":\"run_started\",\"takes_turns\":false}"),
                List.of(Json.MAPPER.readTree("{\"type\":\"flow\",\"turn\":1}"))));
        for (int n = 0; n < 3; n++) {
            out.number(0, 12 + n);
            out.number(1, AT.toEpochMilli() + 20L * n);
            out.add(0, AT.toEpochMilli() + 20L * n + 4);
        }
        return out.take();
    }

    private static final Instant MINUTE = Instant.parse("2026-11-22T12:00:00Z");

    static final List<RunFacts> FACTS = List.of(
            new RunFacts(
                    CALL, RUN, "completed", AT, AT, AT, 61_000L, End.AGENT_HANGUP, null, "0.1017",
                    null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
            new RunFacts(
                    CALL, RUN, "completed", AT, AT, AT, 61_000L, End.AGENT_HANGUP, null, "0.1017", 5L, true, AT, AT, "cloudonix",
                    "inbound", DisconnectedBy.AGENT, "booked", AT, true,
                    new SocketFacts(AT, AT, AT, AT, AT, 1000, 42_000L, Map.of("unknown", 3), 3_120L),
                    new TalkFacts(AT, 7, 4, 3, 1, 2, 1, AT, AT, 9_000, 40_000, 12_000L, 3, 2_400, 900L, 1, 400, 7, 31, null, null, null),
                    null, null, null, null, null),
            new RunFacts(
                    CALL, RUN, "completed", AT, AT, AT, 61_000L, End.CALLER_HANGUP, null, "0.1017", 5L, true, AT, AT, "cloudonix",
                    "inbound", DisconnectedBy.CALLER, null, null, null, null, null, List.of("no_caller_audio", "slow_turn"), null, null, null, null),
            new RunFacts(
                    CALL, RUN, "completed", AT, AT, AT, 61_000L, End.TRANSFERRED, null, "0.1017", 5L, true, AT, AT, "cloudonix",
                    "inbound", DisconnectedBy.AGENT, null, null, null, null,
                    new TalkFacts(AT, 7, 4, 3, 1, 2, 1, AT, AT, 9_000, 40_000, 12_000L, 3, 2_400, 900L, 1, 400, 7, 31, AT, null, null), null,
                    CallId.of(1, 2, 3), CallId.of(1, 2, 4), Transfer.CONNECTED, AT),
            new RunFacts(
                    CALL, RUN, "completed", AT, AT, AT, 61_000L, End.AGENT_HANGUP, null, "0.1017", 5L, true, AT, AT, "cloudonix",
                    "inbound", DisconnectedBy.AGENT, null, null, null, null,
                    new TalkFacts(AT, 7, 4, 3, 1, 2, 1, AT, AT, 9_000, 40_000, 12_000L, 3, 2_400, 900L, 1, 400, 7, 32, null, USES, null), null,
                    null, null, null, null),
            new RunFacts(
                    CALL, RUN, "completed", AT, AT, AT, 61_000L, End.AGENT_HANGUP, null, "0.1017", 5L, true, AT, AT, "cloudonix",
                    "inbound", DisconnectedBy.AGENT, null, null, null, null,
                    new TalkFacts(
                            AT, 7, 4, 3, 1, 2, 1, AT, AT, 9_000, 40_000, 12_000L, 3, 2_400, 900L, 1, 400, 7, 32, null, null,
                            new StageFacts(2, 620, 100, 820, 60, 320, 2, 22)),
                    null, null, null, null, null),
            new RunFacts(
                    CALL, RUN, "completed", AT, AT, AT, 61_000L, End.AGENT_HANGUP, null, "0.1017", 6L, true, AT, AT, "cloudonix",
                    "inbound", DisconnectedBy.AGENT, null, AT, true,
                    new SocketFacts(
                            AT, AT, AT, AT, AT, 1000, 42_000L, null, 3_120L, new MediaFacts(3_050, 12, 2, 130, 90)),
                    new TalkFacts(
                            AT, 7, 4, 3, 1, 2, 1, AT, AT, 9_000, 40_000, 12_000L, 3, 2_400, 900L, 1, 400, 7, 33, null, null, null, 640L),
                    null, null, null, null, null, AT, 2, new RunEvent.SessionCheck(true, 200, 34, 1),
                    CarrierFacts.of("acme.cloudonix.net", "sess-1", "call-1", null), AT, 2, "0.1.0"));

    static final List<Usage> USAGE = List.of(
            new Usage(3, MINUTE, 4, 1, 244_000, null, null, null, null, null, null),
            new Usage(
                    3, MINUTE, 4, 1, 244_000, 5L, 4L, Map.of("unknown_domain", 1L), 245L, "0.4083",
                    Map.of("7", new AgentUsage(4, 1, 4, 245, "0.4083"))),
            new Usage(
                    3, MINUTE, 4, 1, 244_000, 5L, 4L, Map.of("unknown_domain", 1L), 245L, "0.4083",
                    Map.of("7", new AgentUsage(4, 1, 4, 245, "0.4083")), 2, "0.1.0"));

    /// Every sample with its topic.
    static Map<Topic<?>, List<?>> byTopic() {
        Map<Topic<?>, List<?>> all = new LinkedHashMap<>();
        all.put(Topics.CALL_LIFECYCLE, CALL_EVENTS);
        all.put(Topics.CALL_MEDIA, MEDIA_FRAMES);
        all.put(Topics.RUN_EVENTS, RUN_EVENTS);
        all.put(Topics.SOCKET_COMMANDS, SOCKET_COMMANDS);
        all.put(Topics.CONVERSATION_EVENTS, Stream.concat(CONVERSATION_EVENTS.stream(), SEALED_EVENTS.stream()).toList());
        all.put(Topics.CONVERSATION_SNAPSHOTS, List.of(
                SNAPSHOT, new ConversationSnapshot(CALL, 6, AT, 5, RUNNING_BY_REFERENCE, Json.MAPPER.readTree("{}"), 7)));
        all.put(Topics.CALL_JOURNAL, JOURNAL);
        all.put(Topics.AGENT_DEFINITIONS, List.of(DEFINITION));
        all.put(Topics.CALL_KEYS, List.of(new CallKeys(CALL, AT, "bWVkaWE=", "d29yZHM=")));
        all.put(Topics.RUNS, FACTS);
        all.put(Topics.USAGE, USAGE);
        all.put(Topics.DEAD_LETTERS, List.of(Slice.of(new byte[] {7})));
        return all;
    }
}
