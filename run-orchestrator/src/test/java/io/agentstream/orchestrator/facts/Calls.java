package io.agentstream.orchestrator.facts;

import io.agentstream.schemas.CallEvent;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.DisconnectedBy;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.MediaFacts;
import io.agentstream.schemas.MediaFormat;
import io.agentstream.schemas.RunEvent;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.TurnStages;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ObjectNode;

/// What services say of calls, for tests of the facts.
final class Calls {

    static final Instant T0 = Instant.parse("2026-01-01T12:00:10Z");

    static final RunEvent.SessionCheck PROOF = new RunEvent.SessionCheck(true, 200, 34, 1);
    static final MediaFacts MEDIA = new MediaFacts(1_500, 3, 2, 120, 80);

    private static final ObjectNode ARGUMENTS = Json.MAPPER.createObjectNode().put("name", "secret");

    private Calls() {}

    static CallId call(SplittableRandom random) {
        return CallId.of(T0.toEpochMilli(), random.nextInt(1 << 12), random.nextLong());
    }

    static RunRef run(long organization, long agent) {
        return new RunRef(1, "WR-AGS-00000001", organization, agent, 2, 0);
    }

    static RunEvent created(CallId call) {
        return new RunEvent.Created(call, 1, T0, run(7, 5));
    }

    static RunEvent running(CallId call) {
        return new RunEvent.Running(
                call, 2, T0.plusSeconds(1), run(7, 5), MediaFormat.MULAW_8K,
                Json.MAPPER.createObjectNode(), Json.MAPPER.createObjectNode(), null, null, PROOF);
    }

    static RunEvent hungUp(CallId call, Instant at, boolean confirmed, int tries) {
        return new RunEvent.HangUp(call, 9, at, run(7, 5), confirmed, confirmed ? 204 : null, tries, T0.plusSeconds(31));
    }

    static RunEvent erased(CallId call, Instant at) {
        return new RunEvent.Erased(call, 0, at, run(7, 5));
    }

    static RunEvent completed(CallId call, Instant at) {
        return completed(call, at, 30_000, "0.0500");
    }

    static RunEvent completed(CallId call, Instant at, long durationMs, String cost) {
        return new RunEvent.Completed(
                call, 9, at, run(7, 5), End.CALLER_HANGUP, 1000, durationMs, cost, DisconnectedBy.CALLER, "booked", List.of("slow_turn"));
    }

    static RunEvent lost(CallId call, Instant at) {
        return new RunEvent.Completed(call, 9, at, run(7, 5), End.LOST, null, 29_000, "0.0500", DisconnectedBy.SYSTEM, null);
    }

    static RunEvent failed(CallId call, Instant at) {
        return new RunEvent.Failed(call, 2, at, run(7, 5), Failure.SESSION_INVALID, "Cloudonix session validation failed");
    }

    static CallEvent offered(CallId call) {
        return new CallEvent.Offered(
                call, 1, T0.minusSeconds(1), null, "cloudonix", "ab".repeat(32), 0, "192.0.2.7", "acme.cloudonix.net", "ext-1",
                "+15550100", "+15550199");
    }

    static CallEvent started(CallId call) {
        return new CallEvent.Started(
                call, 2, T0, "MZ-1", "call-1", "sess-1", "acme.cloudonix.net", "+15550100", "+15550199", "outbound-api",
                List.of("inbound"), MediaFormat.MULAW_8K, Map.of());
    }

    static CallEvent ended(CallId call, Instant at) {
        return new CallEvent.Ended(
                call, 900, at, 1000, "", End.CALLER_HANGUP, null, Map.of("unknown", 2), T0.plusSeconds(1), T0.plusSeconds(2), 9_000L,
                null, null, null, MEDIA);
    }

    static CallEvent endedWithoutRun(CallId call) {
        return new CallEvent.Ended(call, 2, T0, 1008, "Workflow not found", null, Failure.WORKFLOW_NOT_FOUND);
    }

    /// A talk of two turns, a key and a tool, by a worker of this epoch.
    static List<ConversationEvent> talk(CallId call, int epoch) {
        Instant at = T0.plusSeconds(3);
        return List.of(
                new ConversationEvent.Began(call, 1, 3, at, epoch),
                new ConversationEvent.TurnStarted(call, 2, 3, at, 1, Party.AGENT, epoch),
                new ConversationEvent.Latency(call, 3, 3, at, 1, "first_audio", 100, epoch),
                new ConversationEvent.Latency(call, 4, 4, at, 1, "first_played", 240, epoch),
                new ConversationEvent.Interrupted(call, 5, 4, at, 1, epoch),
                new ConversationEvent.Said(
                        call, 6, 4, at, 1, "My secret words.", 4_000, false, epoch, null, new TurnStages(310L, 360L, 770L, 900L, 800L, 960L, 961L, 972L)),
                new ConversationEvent.TurnStarted(call, 7, 5, at, 2, Party.CALLER, epoch),
                new ConversationEvent.Heard(call, 8, 5, at.plusSeconds(6), 2, "secret", null, 2_000L, epoch),
                new ConversationEvent.Heard(call, 9, 5, at.plusSeconds(7), 2, null, "4", null, epoch),
                new ConversationEvent.Latency(call, 10, 5, at, 3, "first_played", 560, epoch),
                new ConversationEvent.ToolCalled(call, 11, 5, at.plusSeconds(8), 3, "look_up", ARGUMENTS, null, epoch),
                new ConversationEvent.ToolCalled(
                        call, 12, 5, at.plusSeconds(8), 3, "look_up", ARGUMENTS, Json.MAPPER.createObjectNode().put("ok", true), epoch),
                new ConversationEvent.Used(call, 13, 5, at.plusSeconds(9), List.of(used(2, 240), heard(4_000)), epoch),
                new ConversationEvent.Used(call, 14, 5, at.plusSeconds(9), List.of(heard(5_000), used(1, 120)), epoch));
    }

    static ServiceUse used(int requests, long tokens) {
        return new ServiceUse(ServiceUse.Role.BRAIN, "openai", "m-1", false, requests, 0, tokens, 0, 12, 0, 0, 0, 0);
    }

    static ServiceUse heard(long ms) {
        return new ServiceUse(ServiceUse.Role.EAR, "deepgram", "nova-3", false, 0, 0, 0, 0, 0, 0, 0, 0, ms);
    }
}
