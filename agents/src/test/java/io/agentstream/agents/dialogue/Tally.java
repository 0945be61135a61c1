package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.schemas.End;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// That a simulation is about something: what has happened in all of its conversations.
final class Tally {

    private static final String CALLER = End.CALLER_HANGUP.name();
    private static final String FAILED = "failure";

    private int conversations;
    private int turns;
    private int cuts;
    private int tools;
    private int again;
    private int transfers;
    private int takeOvers;
    private int late;
    private int dead;
    private int understood;
    private long steps;
    private final Map<String, Integer> ends = new TreeMap<>();

    void add(World world, Promises promises) {
        conversations++;
        transfers += world.told(Fact.TransferAsked.class).size();
        turns += world.state.turn();
        cuts += world.told(Fact.Interrupted.class).size();
        tools += promises.uses();
        again += world.wanted(CallTool.class).size() - promises.uses();
        takeOvers += world.takeOvers;
        late += world.lateCommands;
        dead += promises.deadAudio();
        understood += world.told(Fact.Understood.class).size();
        steps += world.steps;
        ends.merge(end(world), 1, Integer::sum);
    }

    private static String end(World world) {
        List<ConversationEffect.HangUp> ends = world.wanted(ConversationEffect.HangUp.class);
        if (ends.isEmpty()) {
            return CALLER;
        }
        return ends.getFirst().failure() != null ? FAILED : world.told(Fact.HungUp.class).getFirst().end().name();
    }

    private int ended(String how) {
        return ends.getOrDefault(how, 0);
    }

    private int hungUp() {
        return conversations - ended(CALLER) - ended(FAILED);
    }

    boolean isAbout() {
        return cuts > conversations / 20 && tools > conversations / 10 && hungUp() > conversations / 4 && takeOvers > conversations / 10
                && understood > conversations / 2 && late > 0 && dead > conversations / 10;
    }

    boolean isVaried() {
        return cuts > conversations / 8 && tools > conversations / 8 && again > 0 && transfers > conversations / 100 && takeOvers > conversations / 3
                && understood > conversations && late > conversations / 50 && dead > conversations / 4
                && List.of(End.AGENT_HANGUP, End.MAX_DURATION, End.TRANSFERRED).stream().allMatch(end -> ended(end.name()) > 0)
                && ended(CALLER) > 0 && ended(FAILED) > 0;
    }

    @Override
    public String toString() {
        return conversations + " conversations: " + steps + " steps, " + turns + " turns, " + understood + " answers understood, " + cuts + " interruptions, "
                + tools + " uses of tools, " + again + " of them asked for again, " + transfers + " transfers, " + takeOvers + " take-overs, " + late
                + " commands of workers that had lost their call, " + dead + " pieces of audio that came too late; ends: " + ends;
    }
}
