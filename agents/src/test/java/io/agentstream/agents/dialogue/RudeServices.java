package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.TransferAnswered;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Transfer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Services that are slow, fail, say nothing, repeat themselves, break off, are lost, and answer after they were stopped.
final class RudeServices extends PoliteServices {

    private static final List<ServiceFailure.Kind> FAILURES = List.of(ServiceFailure.Kind.values());
    private static final List<Transfer> ENDS = List.of(Transfer.values());

    private final Random random;
    private final boolean ignoresStops;
    private final int badness;
    private final Map<String, Transfer> ends = new HashMap<>();

    /// @param seldom whether they do so seldom enough for a long call
    RudeServices(Random random, boolean seldom) {
        super(request -> thought(request, random, seldom));
        this.random = random;
        this.ignoresStops = random.nextInt(3) == 0;
        this.badness = seldom ? 400 : 2 + random.nextInt(20);
    }

    private static Thought thought(BrainRequest request, Random random, boolean goesOn) {
        Remark last = request.history().isEmpty() ? Remark.caller("") : request.history().getLast();
        String text = random.nextInt(12) == 0 ? "" : "Well. ".repeat(random.nextInt(8)) + "I see, " + last.text().length() + ". ";
        if (random.nextInt(3) != 0) {
            return Thought.of(random.nextInt(40) == 0 ? text.repeat(200) : text);
        }
        List<Remark.Use> uses = new ArrayList<>();
        for (int n = random.nextInt(5) == 0 ? 2 : 1; n > 0; n--) {
            String tool = List.of("order", "order", "press", "none", "choose_order", "person", "bye").get(random.nextInt(goesOn ? 4 : 7));
            uses.add(new Remark.Use("use-" + random.nextInt(), tool, random.nextInt(5) == 0 ? "{" : "{\"number\":\"" + random.nextInt(20) + "\"}"));
        }
        return new Thought(text, List.copyOf(uses));
    }

    @Override
    void answer(World world, long ms, String of, ConversationInput input) {
        long atMs = random.nextInt(badness) == 0 ? ms * (1 + random.nextInt(30)) : ms;
        int times = random.nextInt(3 * badness) == 0 ? 2 : 1;
        for (int n = 0; n < times; n++) {
            super.answer(world, atMs + n, ignoresStops ? "" : of, n == 0 ? input : again(input));
        }
    }

    /// Sounds the same, and is told from it.
    private static ConversationInput again(ConversationInput input) {
        return switch (input) {
            case MouthSpoke spoke -> new MouthSpoke(spoke.turn(), spoke.number(), Slice.of(spoke.audio().copy()), spoke.words());
            case BrainSpoke spoke -> new BrainSpoke(spoke.turn(), spoke.number(), spoke.text(), Slice.of(spoke.audio().copy()));
            case ConversationInput other -> other;
        };
    }

    private ServiceFailure failure() {
        return new ServiceFailure(FAILURES.get(random.nextInt(FAILURES.size())));
    }

    @Override
    void speak(World world, Speak speak) {
        switch (random.nextInt(badness)) {
            case 0 -> answer(world, 200, "", new MouthFailed(speak.turn(), speak.number(), failure()));
            case 1 -> { }
            default -> super.speak(world, speak);
        }
    }

    @Override
    void think(World world, AskBrain ask) {
        switch (random.nextInt(badness)) {
            case 0 -> answer(world, 200, "", new BrainFailed(ask.turn(), ask.number(), failure()));
            case 1 -> { }
            default -> {
                super.think(world, ask);
                if (random.nextInt(badness) == 0) { // breaks off in the middle
                    answer(world, 450, "", new BrainFailed(ask.turn(), ask.number(), failure()));
                }
            }
        }
    }

    @Override
    void use(World world, CallTool call) {
        switch (random.nextInt(badness)) {
            case 0 -> answer(world, 200, "", new ToolAnswered(call.turn(), call.number(), true, "no {json"));
            case 1 -> { }
            case 2 -> answer(world, 200, "", new ToolAnswered(call.turn(), call.number(), false, "{\"state\":\"shipped\"}"));
            default -> {
                super.use(world, call);
                if (random.nextInt(6) == 0) {
                    answer(world, 320, "", new ToolAnswered(call.turn(), call.number(), false, "{\"state\":\"lost\"}"));
                }
            }
        }
    }

    /// One key has one end, however often it is asked for.
    @Override
    public void transfer(World world, Fact.TransferAsked asked) {
        transfers.merge(asked.key(), 1, Integer::sum);
        Transfer outcome = ends.computeIfAbsent(asked.key(), key -> ENDS.get(random.nextInt(ENDS.size())));
        if (random.nextInt(badness) != 0) {
            world.phone(500L + random.nextInt(9_000), () -> {
                if (!world.state.isOver()) {
                    world.give(new TransferAnswered(asked.key(), outcome));
                }
            });
        }
    }

    @Override
    public void perform(World world, ServiceEffect effect) {
        if (effect instanceof FinishHearing finish && random.nextInt(badness) < 2) {
            if (random.nextBoolean()) {
                answer(world, 100, "", new EarFailed(finish.ear(), failure()));
            }
        } else {
            super.perform(world, effect);
            if (speaks && random.nextInt(6 * badness) == 0) { // it may be lost whatever it does
                answer(world, 1L + random.nextInt(3_000), "", new EarFailed(ear, failure()));
            }
        }
    }
}
