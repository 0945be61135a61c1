package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Conversation;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Floor;
import io.agentstream.agents.conversation.SavedConversation;
import io.agentstream.agents.journal.ConversationJournal;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.CallId;
import io.agentstream.schemas.ConversationEvent.Party;
import io.agentstream.schemas.JournalBatch;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A call without threads and without a clock: the machine, a telephone that plays what it is sent, services, and whoever calls. What happens is in
/// order of its time, and of the order in which it was arranged.
final class World {

    static final long T0 = 1_795_000_000_000L;
    static final CallId CALL = CallId.of(T0, 3, 7);

    /// What does what services are asked.
    interface Services {
        void perform(World world, ServiceEffect effect);

        /// Is asked to give the caller to somebody else.
        default void transfer(World world, Fact.TransferAsked asked) {}
    }

    /// Audio that was sent, from when on it sounds.
    private record Sounding(int turn, long fromMs, Slice audio) {
        int heardMs(long nowMs) {
            return Math.clamp(nowMs - fromMs, 0, audio.length() / 8);
        }
    }

    private record Event(long atMs, long order, int worker, Runnable what) {}

    /// Takes the conversation up with the worker that comes behind this many steps.
    ///
    /// @param inGoodManners whether the one before leaves what it knows; else what it saved last is all
    record TakeOver(int steps, boolean inGoodManners) {
        static final TakeOver NEVER = new TakeOver(Integer.MAX_VALUE, true);
    }

    /// A worker that stands still and does not know that another one has its call: what its services say meanwhile it hears when it goes on.
    private static final class Frozen {
        private final int worker;
        private final List<Runnable> unread = new ArrayList<>();
        private Conversation state;
        private boolean goesOn;

        Frozen(int worker, Conversation state) {
            this.worker = worker;
            this.state = state;
        }
    }

    final List<JournalBatch> journals = new ArrayList<>();
    final List<Fact> facts = new ArrayList<>();
    final List<ConversationEffect> effects = new ArrayList<>();
    Consumer<ConversationEffect> watcher = effect -> { };
    /// Is told each input before it is answered.
    Consumer<ConversationInput> listener = input -> { };
    /// Is asked after each step what the caller does.
    Consumer<World> caller = world -> { };
    Conversation state;
    long nowMs = T0;
    int steps;
    int hangUps;
    int takeOvers;
    /// How much later than another one has its call a worker goes on that stood still; 0: it does not.
    long goesOnAfterMs;
    /// Commands of such workers.
    int lateCommands;
    /// How long nobody holds the call that changes hands; what was sent by then sounds all the same.
    long gapMs = 1_000;
    /// Turns of the caller in the middle of which the call changed hands: what is said further is another one.
    final Set<Integer> torn = new HashSet<>();

    private final Dialogue dialogue;
    private final Services services;
    /// Those that are to come, in order.
    private final Deque<TakeOver> due;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atMs).thenComparingLong(Event::order));
    /// Whether the telephone tells each second how much it has played, as a gateway does; and all that was heard, in its order.
    boolean tellsPlayed;
    final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    /// By the number under which it was sent.
    final Map<Integer, Long> heardMs = new HashMap<>();
    /// Whether something that is being spoken was not made to its end when the call changed hands: nobody knows how long that would have been.
    boolean wasMaking;
    private boolean making;
    private final List<Sounding> sounding = new ArrayList<>();
    private boolean ticking;
    /// What is told while nobody holds the call: whoever takes it over reads it then.
    private final List<Played> unread = new ArrayList<>();
    private boolean nobodys;
    private ConversationJournal journal = new ConversationJournal();
    private String saved = "";
    private long order;
    private int worker = 1;
    /// The newest worker of which the gateway has a command: it believes no older one.
    private int heardOf;
    private @Nullable Frozen frozen;
    /// Whoever stood still, while what happens happens to it.
    private @Nullable Frozen acting;
    private long deadlineMs = Long.MAX_VALUE;
    private long soundsUntilMs = T0;
    private int cleared;

    World(Dialogue dialogue, Services services, TakeOver takeOver) {
        this(dialogue, services, List.of(takeOver));
    }

    /// @param takeOvers in the order of their steps
    World(Dialogue dialogue, Services services, List<TakeOver> takeOvers) {
        this.dialogue = dialogue;
        this.services = services;
        this.due = new ArrayDeque<>(takeOvers);
        this.state = Conversation.of(dialogue);
    }

    /// What a service or a deadline does: whoever takes over hears nothing of it.
    void after(long ms, Runnable what) {
        events.add(new Event(nowMs + ms, order++, worker, what));
    }

    /// What the telephone does: whoever holds the call hears of it.
    void phone(long ms, Runnable what) {
        events.add(new Event(nowMs + ms, order++, 0, what));
    }

    World run(long limitMs) {
        give(new ConversationInput.RunStarted(true));
        while (hangUps == 0 && !state.isOver() && !events.isEmpty() && nowMs < T0 + limitMs) {
            Event next = events.poll();
            nowMs = Math.max(nowMs, next.atMs());
            Frozen other = frozen;
            if (next.worker() == 0 || next.worker() == worker) {
                next.what().run();
            } else if (other != null && other.worker == next.worker()) {
                happens(other, next.what());
            }
        }
        if (!state.isOver()) {
            give(new ConversationInput.CallEnded());
        }
        write(true);
        silence();
        return this;
    }

    void give(ConversationInput input) {
        if (acting != null) {
            late(acting, input);
            return;
        }
        listener.accept(input);
        Step<Conversation, ConversationEffect> step;
        making = switch (input) {
            case ConversationInput.MouthSpoke _, ConversationInput.BrainSpoke _ -> true;
            case ConversationInput.MouthDone _, ConversationInput.BrainDone _ -> false;
            case ConversationInput _ -> making;
        };
        step = ConversationMachine.step(state, nowMs, input);
        state = step.state();
        journal.add(nowMs, input, step.effects());
        effects.addAll(step.effects());
        for (ConversationEffect effect : step.effects()) {
            watcher.accept(effect);
            perform(effect);
        }
        steps++;
        TakeOver next = due.peek();
        if (next != null && steps >= next.steps() && !state.isOver() && !nobodys) {
            due.remove();
            changeHands(next);
        }
        caller.accept(this);
    }

    private void happens(Frozen to, Runnable what) {
        if (!to.goesOn) {
            to.unread.add(what);
            return;
        }
        acting = to;
        try {
            what.run();
        } finally {
            acting = null;
        }
    }

    private void goesOn(Frozen now) {
        now.goesOn = true;
        now.unread.forEach(each -> happens(now, each));
        happens(now, () -> give(new ConversationInput.DeadlinePassed()));
    }

    /// What a worker wants that has lost its call. The gateway believes nobody older than whom it has heard of, so it has to have heard of the other one. Its facts
    /// and snapshots their readers pass over in the same way, and before it asks a service for anything it asks whether the call is still its own.
    private void late(Frozen of, ConversationInput input) {
        Step<Conversation, ConversationEffect> step = ConversationMachine.step(of.state, nowMs, input);
        of.state = step.state();
        for (ConversationEffect effect : step.effects()) {
            if (isCommand(effect)) {
                assertTrue(of.worker < heardOf, () -> "a worker is believed that has lost its call: " + effect);
                lateCommands++;
            }
        }
    }

    private static boolean isCommand(ConversationEffect effect) {
        return effect instanceof ConversationEffect.Play || effect instanceof ConversationEffect.Clear || effect instanceof ConversationEffect.AskForMark
                || effect instanceof ConversationEffect.HangUp;
    }

    private void perform(ConversationEffect effect) {
        heardOf = isCommand(effect) ? worker : heardOf;
        switch (effect) {
            case ConversationEffect.Play play -> {
                long fromMs = Math.max(soundsUntilMs, nowMs);
                soundsUntilMs = fromMs + play.audio().length() / 8;
                if (tellsPlayed) {
                    sounding.add(new Sounding(play.turn(), fromMs, play.audio()));
                    if (!ticking) {
                        ticking = true;
                        phone(1_000, this::tick);
                    }
                }
            }
            case ConversationEffect.Clear clear -> {
                cleared = Math.max(cleared, clear.turn());
                soundsUntilMs = nowMs;
                if (!sounding.isEmpty()) {
                    Played exactly = played(true);
                    phone(20, () -> tell(exactly));
                    silence();
                }
            }
            case ConversationEffect.AskForMark mark -> phone(Math.max(0, soundsUntilMs - nowMs) + 20, () -> {
                if (mark.turn() > cleared) {
                    give(new ConversationInput.MarkReached(mark.turn()));
                }
            });
            case ConversationEffect.SetDeadline deadline -> {
                deadlineMs = deadline.atMs();
                after(deadline.atMs() - nowMs, () -> {
                    if (acting == null && deadlineMs == deadline.atMs()) {
                        deadlineMs = Long.MAX_VALUE;
                        give(new ConversationInput.DeadlinePassed());
                    }
                });
            }
            case ConversationEffect.ClearDeadline clear -> deadlineMs = Long.MAX_VALUE;
            case ConversationEffect.Tell tell -> {
                facts.add(tell.fact());
                if (tell.fact() instanceof Fact.TransferAsked asked) {
                    services.transfer(this, asked);
                }
            }
            case ConversationEffect.Save save -> saved = snapshot();
            case ConversationEffect.HangUp hangUp -> hangUps++;
            case ServiceEffect asked -> services.perform(this, asked);
            case ConversationEffect.Hear _, ConversationEffect.Think _, ConversationEffect.StopThinking _, ConversationEffect.Flow _,
                    ConversationEffect.Understand _ ->
                throw new AssertionError("nothing is decided outside: " + effect);
        }
    }

    private void tick() {
        ticking = nowMs < soundsUntilMs;
        if (ticking) {
            tell(played(false));
            phone(1_000, this::tick);
        } else if (!sounding.isEmpty()) {
            Played all = played(true);
            silence();
            tell(all);
        }
    }

    /// Of the turn that sounds now, or did last.
    private Played played(boolean finished) {
        int turn = sounding.stream().filter(each -> each.fromMs() <= nowMs).reduce(sounding.getFirst(), (before, each) -> each).turn();
        long nowSoundsMs = sounding.stream().filter(each -> each.turn() == turn).mapToLong(each -> each.heardMs(nowMs)).sum();
        return new Played(turn, heardMs.getOrDefault(turn, 0L) + nowSoundsMs, finished);
    }

    /// What did not sound by now will not.
    private void silence() {
        for (Sounding each : sounding) {
            heard.writeBytes(each.audio().part(0, each.heardMs(nowMs) * 8).copy());
            heardMs.merge(each.turn(), (long) each.heardMs(nowMs), Long::sum);
        }
        sounding.clear();
    }

    private void tell(Played played) {
        if (nobodys) {
            unread.add(played);
        } else if (!state.isOver()) {
            give(played);
        }
    }

    /// What was saved last.
    String saved() {
        return saved;
    }

    String snapshot() {
        return Json.MAPPER.writeValueAsString(SavedConversation.of(state));
    }

    /// What was asked of the worker that is gone is answered to nobody, or to that one.
    private void changeHands(TakeOver how) {
        String left = how.inGoodManners() ? snapshot() : saved;
        takeOvers++;
        wasMaking = making;
        making = false;
        if (state.floor() instanceof Floor.Listening listening && listening.hearing()) {
            torn.add(listening.turn());
        }
        write(false);
        if (goesOnAfterMs > 0) {
            Frozen now = new Frozen(worker, state);
            frozen = now;
            phone(gapMs + goesOnAfterMs, () -> goesOn(now));
        }
        worker++;
        deadlineMs = Long.MAX_VALUE;
        state = Conversation.of(dialogue);
        nobodys = true;
        phone(gapMs, () -> {
            nobodys = false;
            int resuming = worker;
            give(new ConversationInput.Resumed(Json.MAPPER.readValue(left, SavedConversation.class), gapMs));
            assertEquals(resuming, heardOf, "the gateway does not know who has the call");
            List<Played> told = List.copyOf(unread);
            unread.clear();
            told.forEach(this::tell);
        });
    }

    private void write(boolean last) {
        if (journal.length() > 0) {
            long firstMs = journal.firstMs();
            journals.add(new JournalBatch(
                    CALL, JournalBatch.CONVERSATION, ConversationMachine.VERSION, worker, 0, 1, firstMs, last, null, false, journal.take()));
        }
        journal = new ConversationJournal();
    }

    /// Whether the caller has the floor and says nothing.
    boolean isAsked() {
        return state.floor() instanceof Floor.Listening listening && !listening.hearing();
    }

    /// How much of the newest turn is still to sound.
    long soundsForMs() {
        return Math.max(0, soundsUntilMs - nowMs);
    }

    /// That the caller has said something is told once of each turn, whoever held the call when it was said and when its words came.
    void callersAreTold() {
        Set<Integer> begun = facts.stream()
                .filter(fact -> fact instanceof Fact.TurnStarted started && started.by() == Party.CALLER)
                .map(fact -> ((Fact.TurnStarted) fact).turn())
                .collect(Collectors.toCollection(TreeSet::new));
        List<Integer> told = facts.stream()
                .map(fact -> switch (fact) {
                    case Fact.Heard heard -> heard.turn();
                    case Fact.Understood words -> words.turn();
                    case Fact _ -> 0;
                })
                .filter(turn -> turn > 0)
                .sorted()
                .toList();
        assertEquals(told.stream().distinct().toList(), told, "a turn of the caller is told twice");
        begun.removeAll(torn);
        begun.removeAll(told);
        assertEquals(Set.of(), begun, "turns of the caller of which nothing is told");
    }

    <F extends Fact> List<F> told(Class<F> kind) {
        return facts.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <E extends ConversationEffect> List<E> wanted(Class<E> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
