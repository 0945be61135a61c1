package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Play;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationMachine;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.conversation.ServiceFailure.Kind;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.agents.journal.ConversationForms;
import io.agentstream.schemas.Slice;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// As `MachineVersionTest`, of what services answer: an agent that hears, thinks and speaks, by services that do what they should, that fail, and
/// that break off, before and behind a change of hands. A change of who plays the services is none of the machine's: it gets another digest alone.
final class CascadeVersionTest {

    /// Of what the machine of this version answers in the calls below.
    private static final int VERSION = 10;
    private static final String ANSWERS = "eb1ee80eac21ce16ce2a597a90c4b1458879c92ca2d9ce61990b2f7518dd16b7";

    private static final int STEPS_BEFORE = 12;

    private static World talk(PoliteServices services, TakeOver takeOver) {
        World world = new World(CascadeDialogueTest.AGENT, services, takeOver);
        world.tellsPlayed = true;
        world.caller = new Caller(services, "I have a question.", "Where is my order?", "Oh thanks.");
        boolean[] cut = {false};
        world.watcher = effect -> {
            if (!cut[0] && effect instanceof Play play && play.turn() > 2) {
                cut[0] = true;
                world.phone(700, () -> world.give(new ConversationInput.SpeechStarted(200)));
                world.phone(1_000, () -> world.give(new ConversationInput.SpeechStopped(300, 100)));
            }
        };
        return world.run(60_000);
    }

    /// Each kind of service fails once in its own way: refuses, says nothing, breaks off.
    private static PoliteServices awkward() {
        return new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {
                if (ask.brain() == 0) {
                    answer(world, 50, "", new BrainFailed(ask.turn(), ask.number(), new ServiceFailure(Kind.BROKEN)));
                } else {
                    super.think(world, ask);
                }
            }

            @Override
            void speak(World world, Speak speak) {
                if (speak.mouth() == 0) {
                    answer(world, 50, "", new MouthSpoke(speak.turn(), speak.number(), Slice.of(new byte[800]), List.of()));
                    answer(world, 60, "", new MouthFailed(speak.turn(), speak.number(), new ServiceFailure(Kind.REFUSED)));
                } else {
                    super.speak(world, speak);
                }
            }

            @Override
            void use(World world, CallTool call) {}
        };
    }

    @Test
    void aMachineThatAnswersServicesOtherwiseHasAnotherVersion() throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (TakeOver takeOver : List.of(TakeOver.NEVER, new TakeOver(STEPS_BEFORE, true), new TakeOver(STEPS_BEFORE, false))) {
            for (PoliteServices services : List.of(new PoliteServices(CascadeDialogueTest::clerk), awkward())) {
                for (ConversationEffect effect : talk(services, takeOver).effects) {
                    digest.update(ConversationForms.of(effect).toString().getBytes(StandardCharsets.UTF_8));
                }
            }
        }

        assertEquals(VERSION, ConversationMachine.VERSION, "write the new version and the new digest here");
        assertEquals(
                ANSWERS, HexFormat.of().formatHex(digest.digest()),
                "the machine answers otherwise than before: raise ConversationMachine.VERSION, and write it and this digest here");
    }
}
