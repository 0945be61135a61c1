package io.agentstream.agents.conversation;

import static io.agentstream.agents.conversation.FloorMachine.effects;
import static io.agentstream.agents.conversation.FloorMachine.fail;
import static io.agentstream.agents.conversation.FloorMachine.thinkLimit;
import static io.agentstream.agents.conversation.FloorMachine.to;

import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.Flow;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.Save;
import io.agentstream.agents.conversation.ConversationEffect.Tell;
import io.agentstream.agents.conversation.ConversationEffect.Think;
import io.agentstream.agents.conversation.ConversationInput.AudioHeard;
import io.agentstream.agents.conversation.ConversationInput.Broken;
import io.agentstream.agents.conversation.ConversationInput.CallEnded;
import io.agentstream.agents.conversation.ConversationInput.CallerWords;
import io.agentstream.agents.conversation.ConversationInput.DeadlinePassed;
import io.agentstream.agents.conversation.ConversationInput.DigitPressed;
import io.agentstream.agents.conversation.ConversationInput.EngineFailed;
import io.agentstream.agents.conversation.ConversationInput.ForFloor;
import io.agentstream.agents.conversation.ConversationInput.MarkReached;
import io.agentstream.agents.conversation.ConversationInput.Played;
import io.agentstream.agents.conversation.ConversationInput.ReplyBegun;
import io.agentstream.agents.conversation.ConversationInput.ReplyDelayed;
import io.agentstream.agents.conversation.ConversationInput.ReplyFinished;
import io.agentstream.agents.conversation.ConversationInput.ReplyPart;
import io.agentstream.agents.conversation.ConversationInput.Resumed;
import io.agentstream.agents.conversation.ConversationInput.RunStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStarted;
import io.agentstream.agents.conversation.ConversationInput.SpeechStopped;
import io.agentstream.agents.conversation.ConversationInput.TurnWanted;
import io.agentstream.agents.conversation.Floor.Bridged;
import io.agentstream.agents.conversation.Floor.Ended;
import io.agentstream.agents.conversation.Floor.Opening;
import io.agentstream.agents.conversation.Floor.Thinking;
import io.agentstream.runtime.Step;
import io.agentstream.schemas.ConversationEvent.Party;
import java.util.List;

/// The part of the floor's machine that begins a conversation: a new one, or one that another worker left. Pure.
final class Beginning {

    /// What was said this long before somebody was there again still flows. With all of the pause it would flow late until the
    /// call ends, because a flow has no silence in which it could catch up.
    static final long FRESH_MS = 200;

    private Beginning() {}

    static Step<Floor, ConversationEffect> step(Opening state, long nowMs, ForFloor input) {
        return switch (input) {
            case RunStarted started when started.takesTurns() ->
                    Step.to(
                            new Thinking(1, nowMs, Manners.DEAF, null, Caller.SILENT),
                            new Tell(new Fact.Began()), new Think(1, Prompt.OPENING), thinkLimit(nowMs), new Save());
            case RunStarted started -> flow(1, 0, new Tell(new Fact.Began()));
            case Resumed resumed -> resume(resumed.saved(), nowMs, new Tell(new Fact.Resumed(resumed.gapMs())));
            case CallEnded ended -> Step.to(new Ended(0));
            case EngineFailed _, Broken _ -> fail(input, 0);
            case DigitPressed _, AudioHeard _, SpeechStarted _, SpeechStopped _, CallerWords _, MarkReached _, Played _, DeadlinePassed _, ReplyBegun _,
                    ReplyDelayed _, ReplyPart _, ReplyFinished _, TurnWanted _ -> Step.stay(state);
        };
    }

    /// The old turn is cleared, because nobody knows how much of it is still on its way, and the line is said anew.
    private static Step<Floor, ConversationEffect> resume(SavedConversation saved, long nowMs, Tell resumed) {
        int old = saved.turn();
        int turn = old + 1;
        return switch (saved.phase()) {
            case OPENING -> Step.to(
                    new Thinking(turn, nowMs, Manners.DEAF, null, saved.caller()),
                    resumed, new Clear(old), new Think(turn, Prompt.OPENING), thinkLimit(nowMs), new Save());
            case BRIDGED -> flow(turn, nowMs - FRESH_MS, resumed);
            case SPEAKING -> Step.to(
                    new Thinking(turn, nowMs, saved.manners(), saved.memory(), saved.caller()),
                    resumed, new Clear(old), new Think(turn, Prompt.AGAIN), thinkLimit(nowMs), new Save());
            case LISTENING -> TurnTaking.listen( // the clear tells the gateway whose call it is now
                    new TurnTaking.Talk(old, saved.manners(), saved.memory(), saved.caller()), nowMs, effects(resumed, new Clear(old)));
            case CLOSING -> Step.to(
                    new Ended(old, saved.failure(), saved.end()), resumed, new HangUp(saved.failure(), saved.end()));
        };
    }

    private static Step<Floor, ConversationEffect> flow(int turn, long fromMs, ConversationEffect... before) {
        List<ConversationEffect> effects = effects(before);
        effects.addAll(List.of(new Flow(turn), new Tell(new Fact.TurnStarted(turn, Party.AGENT)), new Save()));
        return to(new Bridged(turn, fromMs), effects);
    }
}
