package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Floor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/// Somebody who waits until it is the caller's turn, and says or presses one thing after the other; once more what was not taken.
final class Caller implements Consumer<World> {

    private static final long THINKS_MS = 600;
    private static final long SPEAKS_MS = 900;

    /// A key where it is one character, else words; empty: says nothing, once.
    private final Deque<String> acts;
    private final PoliteServices services;
    private boolean busy;
    private int facts;

    Caller(PoliteServices services, String... acts) {
        this.services = services;
        this.acts = new ArrayDeque<>(List.of(acts));
    }

    @Override
    public void accept(World world) {
        for (; facts < world.facts.size() && !acts.isEmpty(); facts++) {
            String taken = switch (world.facts.get(facts)) {
                case Fact.Heard heard when heard.digit() != null -> heard.digit();
                case Fact.Understood words -> words.text();
                default -> null;
            };
            if (acts.peek().equals(taken)) {
                acts.remove();
            }
        }
        if (world.isAsked() && !busy && !acts.isEmpty() && !acts.peek().isEmpty()) {
            busy = true;
            String act = acts.peek();
            world.phone(THINKS_MS, () -> begin(world, act));
        }
    }

    private void begin(World world, String act) {
        busy = false;
        if (!world.isAsked() || !act.equals(acts.peek())) {
            return;
        }
        if (act.length() == 1) {
            world.give(new ConversationInput.DigitPressed(act.charAt(0)));
            return;
        }
        busy = true;
        services.said = act;
        world.phone(SPEAKS_MS + 500, () -> {
            busy = false;
            if (world.state.floor() instanceof Floor.Listening listening && listening.hearing()) {
                world.give(new ConversationInput.SpeechStopped(SPEAKS_MS, 500));
            } else {
                accept(world); // nobody was there to hear it
            }
        });
        world.give(new ConversationInput.SpeechStarted(200));
    }
}
