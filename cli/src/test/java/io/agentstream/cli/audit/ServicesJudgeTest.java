package io.agentstream.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.RunEvent.RunRef;
import io.agentstream.schemas.RunFacts;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.TalkFacts;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// What a conversation told of its services, and what the database and the facts make of it.
final class ServicesJudgeTest {

    private static final Instant ENDED = Instant.ofEpochSecond(180);
    private static final CallId CALL = CallId.of(100_000, 1, 2);
    private static final Window WINDOW = new Window(
            Instant.EPOCH, Instant.ofEpochSecond(1_000), Instant.ofEpochSecond(1_000), Duration.ofSeconds(30), Duration.ofMinutes(1));
    private static final LogEvidence ALL = new LogEvidence(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH);

    private final Evidence call = new Evidence(CALL);
    private @Nullable Long saidAt;

    ServicesJudgeTest() {
        call.onLifecycle = true;
        call.at(ENDED);
    }

    private static ServiceUse brain(long requests) {
        return new ServiceUse(Role.BRAIN, "openai", "m-1", false, requests, 0, 120 * requests, 0, 12 * requests, 0, 0, 0, 0);
    }

    private static ServiceUse mouth(boolean fallback, long characters) {
        return new ServiceUse(Role.MOUTH, "elevenlabs", "v-1", fallback, 1, 0, 0, 0, 0, 0, 0, characters, 10 * characters);
    }

    private List<String> judge(@Nullable List<ServiceUse> stored, @Nullable List<ServiceUse> facts) {
        return judge(WINDOW, ALL, stored, facts, null);
    }

    private List<String> judge(
            Window window, LogEvidence log, @Nullable List<ServiceUse> stored, @Nullable List<ServiceUse> facts, @Nullable Instant upgradedAt) {
        if (facts != null) {
            ObjectNode talk = Json.MAPPER.valueToTree(TalkFacts.NONE);
            talk.set("services", Json.MAPPER.valueToTree(facts));
            ObjectNode run = Json.MAPPER.createObjectNode().put("call_id", CALL.toString()).put("state", "completed");
            run.set("run", Json.MAPPER.valueToTree(new RunRef(1, "run", 1, 1, 1, 0)));
            run.set("talk", talk);
            call.facts = Json.MAPPER.treeToValue(run, RunFacts.class);
        }
        Instant createdAt = Instant.ofEpochSecond(100);
        RunRecords.Row row = new RunRecords.Row(
                1, "run", CALL.value(), 1, 1, 1, "completed", null, "caller_hangup", null, null, BigDecimal.ZERO, null, createdAt, createdAt,
                ENDED, true, true, false, BigDecimal.ZERO, 0, 0, 0, stored, saidAt, upgradedAt);
        return ServicesJudge.judge(window, log, call, row).stream().map(Disagreement::says).toList();
    }

    @Test
    void whatIsTheSameInAnyOrderIsWell() {
        call.services = List.of(brain(2), mouth(false, 40));

        assertEquals(List.of(), judge(List.of(mouth(false, 40), brain(2)), List.of(brain(2), mouth(false, 40))));
    }

    @Test
    void aRunThatUsedNothingIsWell() {
        assertEquals(List.of(), judge(List.of(), List.of()));
    }

    @Test
    void whatTheDatabaseHasOtherwiseIsNamed() {
        call.services = List.of(brain(3), mouth(false, 40));

        assertEquals(
                List.of("conversation.events.v1 and the database: brain 3 times, 360 tokens read, 36 written, 0 characters, 0 ms"
                        + " against brain 2 times, 240 tokens read, 24 written, 0 characters, 0 ms"),
                judge(List.of(brain(2), mouth(false, 40)), List.of(brain(3), mouth(false, 40))));
    }

    @Test
    void whatTheFactsHaveBesideIsNamed() {
        call.services = List.of(mouth(false, 40));

        assertEquals(
                List.of("conversation.events.v1 and runs.v1: mouth in place of another not at all"
                        + " against mouth in place of another 1 times, 0 tokens read, 0 written, 5 characters, 50 ms"),
                judge(List.of(mouth(false, 40)), List.of(mouth(false, 40), mouth(true, 5))));
    }

    @Test
    void whatCannotBeReadIsNamed() {
        assertTrue(judge(null, List.of()).getFirst().contains("cannot be read"));
    }

    @Test
    void whatMayStillComeIsNotJudged() {
        call.services = List.of(brain(3));
        call.at(WINDOW.now().minusSeconds(29));

        assertEquals(List.of(), judge(List.of(), List.of()));
    }

    /// The topic is read first, and the last of what was used may be told long after a call: a tool that answers late.
    @Test
    void whatWasToldBetweenTheTopicAndTheDatabaseIsNotJudged() {
        call.services = List.of(brain(3));
        call.saidAt = 7;
        saidAt = 8L;

        assertEquals(List.of(), judge(List.of(brain(4)), List.of(brain(4))));
        saidAt = 7L;
        assertEquals(2, judge(List.of(brain(4)), List.of(brain(4))).size());
    }

    /// Orchestrators of before pass over what newer workers tell.
    @Test
    void aRunThatBeganBeforeAnybodySummedUpIsNotJudged() {
        call.services = List.of(brain(3));

        assertEquals(List.of(), judge(WINDOW, ALL, List.of(brain(1)), List.of(brain(1)), Instant.ofEpochSecond(101)));
        assertEquals(2, judge(WINDOW, ALL, List.of(brain(1)), List.of(brain(1)), Instant.ofEpochSecond(99)).size());
    }

    @Test
    void nothingIsComparedWithRecordsThatAreDeleted() {
        LogEvidence younger = new LogEvidence(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.ofEpochSecond(150));

        assertEquals(List.of(), judge(WINDOW, younger, List.of(brain(1)), List.of(brain(1)), null));
    }

    @Test
    void anEventThatComesAgainOrFromAWorkerThatHasLostTheCallIsNoNews() {
        assertTrue(call.isNews(used(1, 3)));
        assertTrue(!call.isNews(used(1, 3)));
        assertTrue(!call.isNews(used(9, 2)));
        assertTrue(call.isNews(used(2, 3)));
        assertTrue(call.isNews(used(1, 4)));
    }

    private static ConversationEvent used(long number, int epoch) {
        return new ConversationEvent.Used(CALL, number, 2, ENDED, List.of(brain(1)), epoch);
    }
}
