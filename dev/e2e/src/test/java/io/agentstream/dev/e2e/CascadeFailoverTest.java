package io.agentstream.dev.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.embedded.WorkerMetrics;
import io.agentstream.dev.local.LocalSystem;
import io.agentstream.dev.simulator.caller.CallEvent;
import io.agentstream.dev.simulator.caller.CallOutcome;
import io.agentstream.dev.simulator.caller.CallPlan;
import io.agentstream.dev.simulator.caller.Cue;
import io.agentstream.dev.simulator.caller.SimulatedProvider;
import io.agentstream.dev.simulator.caller.Step;
import io.agentstream.dev.simulator.services.Asked;
import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.PlayedChat;
import io.agentstream.dev.simulator.services.PlayedDeepgram;
import io.agentstream.dev.simulator.services.PlayedElevenLabs;
import io.agentstream.dev.simulator.services.PlayedVoice;
import io.agentstream.dev.simulator.services.Reply;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.schemas.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/// A worker is killed that holds conversations with an ear, a brain, a mouth and a tool, each at another moment of what it does: none ends, each caller hears the
/// agent again, which knows what was said and done before. Three, fifty where what is tagged `long` is asked for.
@ExtendWith(SharedSystem.class)
@ResourceLock(SharedSystem.NAME)
@Order(Turn.SHARED_ALONE)
@Drill
final class CascadeFailoverTest {

    private static final int FEW = 3;
    private static final int MANY = 50;

    /// Three of four partitions are those of a worker of three loops, beside one that has one.
    private static final String LOOPS = "3";

    private static final String GREETING = "Welcome to Acme.";
    private static final String THANKS = "Thank you, that is all.";
    private static final String GOODBYE = "Farewell, and have a nice day.";
    private static final List<String> STORY = List.of(
            "It went out on Monday, by train.", "It should be with you on Friday.", "The driver will ring twice.", "Is there anything else?");

    /// What the brain says where all of its story was said, and it is asked for the rest.
    private static final String NOTHING_MORE = "So much for that.";

    /// Longer than nobody answers where a worker was killed, and than it takes to bring all conversations to their moment.
    private static final long PATIENT_MS = 10_000;

    /// So much of a story is heard: all of it was sent by then, and what was sent is written down.
    private static final long TOLD_MS = 2_500;

    private static final long LIMIT_S = 180;

    /// Calls that begin together: a busy machine lets no more in within their handshake.
    private static final int MOST_AT_ONCE = 5;

    /// What a conversation is at when its worker is killed.
    private enum Moment {
        /// The brain was asked, and has not answered.
        THINKING,
        /// The tool was used, and has not answered: nobody knows whether it has done it.
        USING,
        /// The caller hears what came of it.
        TELLING;

        static Moment of(int number) {
            return values()[number % values().length];
        }
    }

    /// Nobody speaks into a greeting that stutters on a busy machine: what is said then may be taken for a back channel, and is not answered.
    private static final long GREETED_MS = 4_000;

    /// The same of every caller: to make it takes a while.
    private static final List<Step> STEPS = List.of(
            new Step(new Cue.AgentSilent(GREETED_MS), TalkedAgent.says("Where is my order")),
            new Step(new Cue.AgentSilent(PATIENT_MS), TalkedAgent.says("Thank you that is all")));

    /// As services are: before it has a sound, who takes over knows how much was heard of what another worker had sent.
    private static final PlayedVoice VOICE = new PlayedVoice(TalkedAgent.SLOW.bytesPerCharacter(), 400, 0);

    private final PlayedElevenLabs mouth = PlayedElevenLabs.start(VOICE);
    private final Shop shop = new Shop();
    private final CountDownLatch killed = new CountDownLatch(1);
    private final List<Talk> talks = new ArrayList<>();

    /// What holds back its answers does so until the worker is killed.
    private void awaitKilled() throws IOException {
        try {
            killed.await(LIMIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException unwanted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", unwanted);
        }
    }

    private final class Shop extends ServiceServer {

        Shop() {
            start();
        }

        @Override
        protected void serve(Asked request, Reply reply, Mishap mishap) throws IOException {
            int number = Integer.parseInt(request.path().substring(request.path().lastIndexOf('/') + 1));
            if (Moment.of(number) == Moment.USING) {
                awaitKilled();
            }
            reply.json(200, "{\"state\":\"" + state(number) + "\"}");
        }

        private static String state(int number) {
            return "shipped in box " + number + " of all";
        }

        List<Asked> asked(int number) {
            return asked().stream().filter(each -> each.path().equals("/orders/" + number)).toList();
        }
    }

    /// A call with an agent, an ear and a brain of its own.
    private final class Talk implements AutoCloseable {

        private final int number;
        private final String asked;
        private final PlayedDeepgram ear;
        private final PlayedChat brain;
        private final String agent;
        private final CallPlan plan;
        private volatile boolean hasAsked;
        private volatile long toldNs;
        private volatile long killedNs;
        private volatile long againNs;
        private SimulatedProvider.@Nullable Placed call;

        Talk(Tenant tenant, int number) throws Exception {
            this.number = number;
            this.asked = "Where is my order number " + number + "?";
            this.ear = PlayedDeepgram.onDemand(asked, THANKS);
            this.brain = PlayedChat.answering(this::think);
            this.agent = tenant.api().newAgent("""
                    {"engine": "cascade",
                     "services": {
                       "ear": [{"service": "deepgram", "model": "nova-3", "base_url": "%1$s"}],
                       "brain": [{"service": "openai", "model": "m-1", "base_url": "%2$s"}],
                       "mouth": [{"service": "elevenlabs", "voice": "21m00Tcm4TlvDq8ikWAM", "base_url": "%3$s"}]},
                     "tools": {
                       "find_order": {"type": "http", "description": "Finds an order.", "method": "POST", "url": "%4$s/orders/{{number}}", "timeout_ms": 30000,
                                      "parameters": {"number": {"description": "Its number."}}},
                       "bye": {"type": "hangup", "description": "Ends the call."}},
                     "start": "talk",
                     "nodes": {"talk": {"type": "agent", "say": "%5$s", "prompt": "You are kind.", "silence_ms": 60000, "tools": ["find_order", "bye"]}}}
                    """.formatted(ear.url(), brain.url(), mouth.url(), shop.url(), GREETING));
            this.plan = CallPlan.to(tenant.stream(agent), tenant.domain()).withSteps(STEPS).withMaxMs(LIMIT_S * 1_000);
        }

        /// Says what was not said yet.
        private PlayedBrain think(Asked request) {
            List<JsonNode> messages = Json.MAPPER.readTree(request.body()).path("messages").valueStream().toList();
            if (request.body().contains(THANKS)) {
                return PlayedBrain.says(GOODBYE).calling(new PlayedBrain.Call("c2", "bye", "{}"));
            }
            if (request.body().contains(Shop.state(number))) {
                List<String> rest = STORY.stream().filter(sentence -> !request.body().contains(sentence)).toList();
                return PlayedBrain.says(rest.isEmpty() ? NOTHING_MORE : String.join(" ", rest));
            }
            if (Moment.of(number) == Moment.THINKING) {
                try {
                    awaitKilled();
                } catch (IOException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
            // A busy broker may not have written in time that the order is asked for: then it was not, and whoever wants it asks again.
            return PlayedBrain.says().calling(new PlayedBrain.Call("c" + messages.size(), "find_order", "{\"number\":\"" + number + "\"}"));
        }

        void begin(SimulatedProvider provider) {
            call = provider.begin(plan, this::happened);
        }

        /// On the call's thread.
        private void happened(CallEvent event) {
            if (event.kind() == CallEvent.Kind.SAID) {
                hasAsked = true;
            } else if (event.kind() == CallEvent.Kind.AGENT_SPEAKS && hasAsked) {
                toldNs = toldNs == 0 ? System.nanoTime() : toldNs;
                againNs = againNs == 0 && killedNs != 0 ? System.nanoTime() : againNs;
            }
        }

        boolean isThere() {
            return switch (Moment.of(number)) {
                case THINKING -> !brain.asked().isEmpty();
                case USING -> !shop.asked(number).isEmpty();
                case TELLING -> toldNs != 0 && System.nanoTime() - toldNs >= TOLD_MS * 1_000_000;
            };
        }

        CallOutcome outcome() throws Exception {
            return call == null ? failed() : call.outcome().get(LIMIT_S, TimeUnit.SECONDS);
        }

        private CallOutcome failed() {
            throw new AssertionError("not begun");
        }

        @Override
        public void close() {
            if (call != null) {
                call.hangUp();
            }
            ear.close();
            brain.close();
        }

        @Override
        public String toString() {
            return number + " " + Moment.of(number) + (isThere() ? "" : " not yet: " + brain.asked().stream().map(Asked::body).toList());
        }
    }

    @AfterEach
    void close() {
        killed.countDown();
        talks.forEach(Talk::close);
        mouth.close();
        shop.close();
    }

    @Test
    void noConversationEndsAndNothingIsDoneTwiceWhereTheirWorkerIsKilled(LocalSystem system, Path data) throws Exception {
        noConversationEndsWhereTheWorkerIsKilledThatHolds(FEW, system, data);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void norWhereTheyAreFifty(LocalSystem system, Path data) throws Exception {
        noConversationEndsWhereTheWorkerIsKilledThatHolds(MANY, system, data);
    }

    private void noConversationEndsWhereTheWorkerIsKilledThatHolds(int conversations, LocalSystem system, Path data) throws Exception {
        Tenant tenant = Tenant.create(system.demo(), "{\"max_concurrent_calls\":200}");
        Map<String, String> variables = Beside.worker(system, data);
        variables.put("AGENT_STREAM_WORKER_LOOPS", LOOPS);
        try (SimulatedProvider provider = new SimulatedProvider();
                ServiceProcess second = ServiceProcess.start(ServiceProcess.Kind.WORKER, variables)) {
            // given conversations of the second worker, each at its moment
            Api.awaitReady(system.demo().workerUrl());
            int held = callUntilHeldBy(second, conversations, system, tenant, provider);
            try {
                Wait.until("all are at their moment", 60_000, () -> Wait.when(talks.stream().allMatch(Talk::isThere)));
            } catch (AssertionError late) {
                throw new AssertionError(talks.toString(), late);
            }

            // when
            talks.forEach(talk -> talk.killedNs = System.nanoTime());
            second.kill();
            killed.countDown();

            // then
            int resumed = 0;
            List<Long> gapsMs = new ArrayList<>();
            for (Talk talk : talks) {
                if (wentOn(talk, tenant.api())) {
                    resumed++;
                    gapsMs.add((talk.againNs - talk.killedNs) / 1_000_000);
                }
            }
            assertTrue(resumed >= held, resumed + " of " + held + " conversations went on elsewhere");
            System.out.println(resumed + " conversations were taken over, of " + talks.size() + "; their agents began to speak, ms after the kill: "
                    + gapsMs.stream().sorted().toList());
        }
    }

    /// Begins calls until the worker holds as many as are wanted, and says how many it holds.
    private int callUntilHeldBy(ServiceProcess second, int conversations, LocalSystem system, Tenant tenant, SimulatedProvider provider)
            throws Exception {
        int held = WorkerMetrics.conversations(second.adminUrl());
        while (held < conversations) {
            assertTrue(talks.size() <= 20 * conversations, "the second worker gets no calls");
            List<Talk> more = new ArrayList<>();
            while (more.size() < Math.min(MOST_AT_ONCE, conversations - held)) {
                more.add(new Talk(tenant, talks.size() + more.size()));
            }
            talks.addAll(more);
            more.forEach(talk -> talk.begin(provider));
            Wait.until("workers hold the calls", 60_000, () -> Wait.when(
                    WorkerMetrics.conversations(second.adminUrl()) + WorkerMetrics.conversations(system.demo().workerUrl()) == talks.size()));
            held = WorkerMetrics.conversations(second.adminUrl());
        }
        return held;
    }

    /// What holds of every call, wherever it was held.
    ///
    /// @return whether another worker went on with it
    private boolean wentOn(Talk talk, Api api) throws Exception {
        String what = talk.toString();
        CallOutcome outcome = talk.outcome();
        assertEquals(CallOutcome.Ending.PEER_CLOSED, outcome.ending(), () -> what + ": " + outcome);
        assertEquals(1000, outcome.closeCode(), what);
        JsonNode run = api.awaitRunOf(talk.agent, talk.plan.session(), "completed");
        assertEquals("agent_hangup", run.path("end").path("by").asString(), what);

        // the caller heard all of it, and nothing twice
        String heard = TalkedAgent.heard(outcome);
        List<String> lines = new ArrayList<>(STORY);
        lines.addFirst(GREETING);
        lines.addLast(GOODBYE);
        for (String line : lines) {
            assertEquals(1, TalkedAgent.times(heard, line), () -> what + ": " + line + " in " + heard);
        }

        // the agent knew what was said and done before
        String told = talk.brain.asked().getLast().body();
        lines.removeLast();
        lines.addAll(List.of(talk.asked, Shop.state(talk.number), THANKS));
        for (String part : lines) {
            assertTrue(told.contains(part), () -> what + ": " + part + " in " + told);
        }

        // the tool was used once: what was asked for once more, because nobody knew what came of it, says that it is the same
        List<JsonNode> events = api.awaitEnd(run);
        long takenOver = events.stream().filter(each -> each.path("type").asString("").equals("resumed")).count();
        assertTrue(takenOver <= 1, what);
        assertEquals(List.of(talk.asked, THANKS), TalkedAgent.texts(events, "heard"), what);
        List<Asked> uses = shop.asked(talk.number);
        assertEquals(takenOver == 1 && Moment.of(talk.number) == Moment.USING ? 2 : 1, uses.size(), what);
        assertEquals(1, uses.stream().map(each -> each.headers().get("idempotency-key")).distinct().count(), what);
        assertFalse(uses.getFirst().headers().getOrDefault("idempotency-key", "").isEmpty(), what);
        return takenOver == 1;
    }
}
