package io.agentstream.worker.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.audio.MuLaw;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent;
import io.agentstream.schemas.MediaFrame;
import io.agentstream.schemas.ServiceUse;
import io.agentstream.schemas.ServiceUse.Role;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.SocketCommand;
import io.agentstream.schemas.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.producer.MockProducer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whole workers, with callers who interrupt, stall and hang up, services that are slow, fail, repeat themselves and answer after they were stopped, and workers that
/// hand a call over, are killed, or stand still and go on without knowing that they have lost it. What the call's services were used for is told to the unit: all of it
/// by whoever had the time to tell it, and by one who was killed no more than it was. Each conversation is one seed.
class WorkerSimulationTest {

    private static final int FEW = 30;
    private static final int MANY = 2_000;

    private static final CallId CALL = LoopFixture.call(1);
    private static final int PARTITION = 0;
    private static final int FRAME_MS = 20;
    private static final int FRAME_BYTES = FRAME_MS * MuLaw.BYTES_PER_MS;

    /// Then the caller hangs up.
    private static final long LIMIT_MS = 25_000;

    /// Of what an ear has heard a worker that is killed may not have told as much as is worth telling by itself, and what came until its next second.
    private static final long MOST_UNTOLD_MS = 12_000;

    private static final byte[] SPEECH = new FreeTtsVoice().speak("Where is my order, please?");
    private static final Slice SILENCE = silence();

    private static final String GRAPH = """
            {"engine": "cascade",
             "settings": {"idle": {"after_ms": 3000, "prompts": ["Are you there?"]}, "max_call_ms": 20000},
             "services": {"ear": [{"service": "deepgram", "key": "a"}, {"service": "openai", "key": "b"}],
                          "brain": [{"service": "openai", "model": "m", "key": "b"}, {"service": "anthropic", "model": "n", "key": "c"}],
                          "mouth": [{"service": "openai", "voice": "v", "key": "b"}, {"service": "cartesia", "voice": "w", "key": "d"}]},
             "tools": {"order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders",
                                 "parameters": {"number": {"description": "Its number."}}},
                       "bye": {"type": "hangup", "description": "Ends the call."}},
             "start": "hello",
             "nodes": {"hello": {"type": "say", "say": "Welcome.", "next": "talk"},
                       "talk": {"type": "agent", "prompt": "Help.", "say": "How can I help? I have time.", "tools": ["order", "bye"]}}}
            """;

    private enum Change {
        HANDED_OVER,
        KILLED,
        FROZEN
    }

    @Test
    void toldIsWhatServicesWereUsedForWhoeverHoldsTheCall() throws Exception {
        simulate(FEW);
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void soItIsInThousandsOfConversations() throws Exception {
        simulate(MANY);
    }

    private static void simulate(int conversations) throws Exception {
        int[] changes = new int[Change.values().length];
        int untold = 0;
        int tools = 0;
        int ended = 0;
        for (long seed = 0; seed < conversations; seed++) {
            Simulated call = new Simulated(seed);
            try {
                call.run();
                call.check();
            } catch (AssertionError | RuntimeException broken) {
                throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
            }
            call.changes.forEach(each -> changes[each.ordinal()]++);
            untold += call.told(-1).stream().anyMatch(each -> each.untold() > 0) ? 1 : 0;
            tools += call.keys.size();
            ended += call.closes;
        }
        String all = conversations + " conversations: " + changes[0] + " handed over, " + changes[1] + " killed, " + changes[2] + " frozen, " + untold
                + " with answers of which nobody says what they took, " + tools + " uses of tools, " + ended + " ended by the agent";
        System.out.println(all);
        assertTrue(Arrays.stream(changes).allMatch(count -> count > 0) && untold > 0 && tools > 0 && ended > 0 && ended < conversations, all);
    }

    private static Slice silence() {
        byte[] silence = new byte[FRAME_BYTES];
        Arrays.fill(silence, MuLaw.SILENCE);
        return Slice.of(silence);
    }

    /// One that holds the call, or did.
    private record Worker(LoopFixture loop, MeteredServices services, int epoch) {}

    private static final class Simulated {
        private final Random random;
        private final MockProducer<byte[], byte[]> events = LoopFixture.producer();
        private final List<Change> changes = new ArrayList<>();
        private final List<Worker> workers = new ArrayList<>();
        private final Set<String> keys = new HashSet<>();
        /// Workers that were not asked to go.
        private final Set<Integer> gone = new HashSet<>();
        private Worker holder;
        private long nowMs = 1_000_000_000L;
        private long seq = 10;
        private int read;
        private int closes;
        private int cleared;
        private long soundsUntilMs;
        private int marked;
        private long markMs = Long.MAX_VALUE;

        Simulated(long seed) {
            this.random = new Random(seed);
        }

        void run() throws Exception {
            holder = worker();
            holder.loop().start(PARTITION);
            holder.loop().running(CALL, PARTITION, GRAPH);
            long endMs = nowMs + (random.nextInt(3) == 0 ? 1_000 + random.nextInt((int) LIMIT_MS) : LIMIT_MS);
            long speaksMs = nowMs + random.nextInt(4_000);
            int heard = -1;
            long changesMs = nowMs + 1_000 + random.nextInt((int) LIMIT_MS);
            while (nowMs < endMs && closes == 0) {
                if (heard < 0 && nowMs >= speaksMs) {
                    heard = 0;
                    holder.services().words = random.nextInt(4) == 0 ? "" : random.nextBoolean() ? "Mhm." : "Where is my order, please?";
                }
                boolean isOver = heard >= 0 && (heard + FRAME_BYTES > SPEECH.length || random.nextInt(200) == 0);
                if (isOver) {
                    heard = -1;
                    speaksMs = nowMs + 500 + random.nextInt(6_000);
                }
                frame(heard < 0 ? SILENCE : new Slice(SPEECH, heard, FRAME_BYTES));
                heard += heard < 0 ? 0 : FRAME_BYTES;
                if (nowMs >= changesMs && changes.size() < 2) {
                    changesMs = nowMs + 3_000 + random.nextInt((int) LIMIT_MS);
                    change(Change.values()[random.nextInt(Change.values().length)]);
                }
            }
            holder.loop().ended(CALL, PARTITION, seq);
            holder.loop().work();
        }

        private Worker worker() {
            LoopFixture.Mock consumer = new LoopFixture.Mock();
            consumer.generation = workers.size() + 1;
            LoopFixture[] its = new LoopFixture[1];
            MeteredServices services = new MeteredServices(random, () -> Objects.requireNonNull(its[0]).nowMs.get());
            its[0] = services.worker(events, consumer);
            its[0].nowMs.set(nowMs);
            Worker worker = new Worker(its[0], services, consumer.generation);
            workers.add(worker);
            read = 0;
            return worker;
        }

        /// Twenty milliseconds of the call.
        private void frame(Slice audio) {
            nowMs += FRAME_MS;
            LoopFixture loop = holder.loop();
            loop.nowMs.set(nowMs);
            holder.services().answer();
            loop.audio(CALL, PARTITION, seq++, audio);
            if (nowMs >= markMs) {
                markMs = Long.MAX_VALUE;
                loop.arrive(Topics.CALL_MEDIA, PARTITION, CALL, new MediaFrame.MarkReached(CALL, seq++, nowMs, marked, "turn-" + marked));
            }
            loop.loop.work();
            for (Role role : List.of(Role.EAR, Role.BRAIN, Role.MOUTH)) {
                assertTrue(holder.services().wanted(role) <= 1, () -> "several at once: " + role);
            }
            for (; read < loop.media.history().size(); read++) {
                gateway(LoopFixture.value(Topics.SOCKET_COMMANDS, loop.media.history().get(read)));
            }
        }

        private void gateway(SocketCommand command) {
            assertEquals(0, closes, () -> "something behind the end: " + command);
            switch (command) {
                case SocketCommand.Play play -> {
                    assertTrue(play.turn() > cleared, "audio of a turn that was cleared");
                    soundsUntilMs = Math.max(soundsUntilMs, nowMs) + play.payload().length() / MuLaw.BYTES_PER_MS;
                }
                case SocketCommand.Clear clear -> {
                    cleared = Math.max(cleared, clear.turn());
                    soundsUntilMs = nowMs;
                    markMs = Long.MAX_VALUE;
                }
                case SocketCommand.Mark mark -> {
                    marked = mark.turn();
                    markMs = Math.max(soundsUntilMs, nowMs) + FRAME_MS;
                }
                case SocketCommand.Close _ -> closes++;
                case SocketCommand.SealedPlay _, SocketCommand.Admit _, SocketCommand.Open _, SocketCommand.Finish _ -> throw new AssertionError(command);
            }
        }

        /// Somebody else has the call, after a moment in which nobody hears it.
        private void change(Change how) throws Exception {
            Worker before = holder;
            changes.add(how);
            switch (how) {
                case HANDED_OVER -> {
                    before.loop().assign(1);
                    before.loop().work();
                }
                case KILLED, FROZEN -> gone.add(before.epoch());
            }
            nowMs += 200 + random.nextInt(3_000);
            holder = worker();
            holder.loop().start(PARTITION);
            for (int n = random.nextInt(100); n >= 0 && closes == 0; n--) {
                frame(SILENCE);
            }
            if (how == Change.FROZEN) {
                goesOn(before);
            }
        }

        /// One that has stood still hears what its services have said meanwhile, and does nothing of what it would have done.
        private void goesOn(Worker frozen) {
            LoopFixture loop = frozen.loop();
            loop.nowMs.set(Math.max(nowMs, loop.nowMs.get() + 2 * LoopFixture.LIMITS.sessionMs()));
            loop.consumer.notAMember = new CommitFailedException();
            int written = events.history().size();
            int commands = loop.media.history().size();
            frozen.services().answer();
            loop.audio(CALL, PARTITION, seq, SILENCE);
            loop.work();
            frozen.services().answer();
            loop.work();
            assertEquals(written, events.history().size(), "a worker that has lost its call tells something");
            assertEquals(commands, loop.media.history().size(), "a worker that has lost its call is heard");
        }

        /// @param epoch of a worker; -1: of all
        List<ServiceUse> told(int epoch) {
            return events.history().stream()
                    .filter(each -> each.topic().equals(Topics.CONVERSATION_EVENTS.name()))
                    .map(each -> LoopFixture.value(Topics.CONVERSATION_EVENTS, each))
                    .filter(ConversationEvent.Used.class::isInstance)
                    .map(ConversationEvent.Used.class::cast)
                    .filter(used -> epoch < 0 || Integer.valueOf(epoch).equals(used.epoch()))
                    .map(ConversationEvent.Used::services)
                    .reduce(List.of(), ServiceUse::sum);
        }

        void check() {
            for (Worker worker : workers) {
                List<ServiceUse> told = told(worker.epoch());
                List<ServiceUse> given = worker.services().given();
                if (gone.contains(worker.epoch())) {
                    told.forEach(each -> assertNoMore(each, given));
                    assertTrue(heardMs(given) - heardMs(told) <= MOST_UNTOLD_MS, "so much was not told");
                } else {
                    assertEquals(Set.copyOf(given), Set.copyOf(told), "worker " + worker.epoch() + " of " + changes);
                }
                assertTrue(worker.loop().loop.conversations() == 0 || gone.contains(worker.epoch()), "a conversation without end");
                keys.addAll(worker.services().keys);
            }
            List<ConversationEvent> all = holder.loop().conversationEvents();
            assertTrue(all.stream().filter(ConversationEvent.HungUp.class::isInstance).count() <= 1, "two ends");
            long results = all.stream().filter(each -> each instanceof ConversationEvent.ToolCalled called && called.result() != null).count();
            assertTrue(results <= keys.size() + all.stream().filter(WorkerSimulationTest::isNotSent).count(), "a second result of one use");
        }

        private static long heardMs(List<ServiceUse> uses) {
            return uses.stream().filter(each -> each.role() == Role.EAR).mapToLong(ServiceUse::audioMs).sum();
        }

        /// Nobody pays for what was not used.
        private static void assertNoMore(ServiceUse told, List<ServiceUse> given) {
            ServiceUse all = given.stream().filter(told::isSameService).findFirst().orElseThrow(() -> new AssertionError("nobody has used " + told));
            assertTrue(
                    told.requests() <= all.requests() && told.inputTokens() <= all.inputTokens() && told.cachedTokens() <= all.cachedTokens()
                            && told.outputTokens() <= all.outputTokens() && told.characters() <= all.characters() && told.audioMs() <= all.audioMs(),
                    () -> told + " is told of " + all);
        }
    }

    /// A tool that nobody was asked for has a result, too.
    private static boolean isNotSent(ConversationEvent event) {
        return event instanceof ConversationEvent.ToolCalled called && called.result() != null && called.result().toString().contains("not_recorded");
    }
}
