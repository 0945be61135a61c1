package io.agentstream.agents.conversation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.journal.ConversationForms;
import io.agentstream.runtime.Step;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whoever changes what the machine answers raises its version: journals carry it, and calls of before are told from calls of now.
class MachineVersionTest {

    /// Of what the machine of this version answers to the inputs below.
    private static final int VERSION = 10;
    private static final String ANSWERS = "06bc67ee6f6da832003bfcec866257ed57b9537454246160f304a60d6d019ebc";

    private static final int SEEDS = 200;
    private static final int INPUTS = 300;

    @Test
    void aMachineThatAnswersOtherwiseHasAnotherVersion() throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Conversation state : Scenes.states()) {
            Scenes.inputs().forEach(input -> add(digest, ConversationMachine.step(state, Scenes.T0 + 100, input)));
        }
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Conversation state = Conversation.NEW;
            long nowMs = Scenes.T0;
            for (int n = 0; n < INPUTS; n++) {
                nowMs += random.nextInt(2_000);
                Step<Conversation, ConversationEffect> step = ConversationMachine.step(
                        state, nowMs,
                        n == 0 ? ConversationSimulationTest.beginning(random) : ConversationSimulationTest.input(random, state));
                add(digest, step);
                state = step.state();
            }
        }

        assertEquals(VERSION, ConversationMachine.VERSION, "write the new version and the new digest here");
        assertEquals(
                ANSWERS, HexFormat.of().formatHex(digest.digest()),
                "the machine answers otherwise than before: raise ConversationMachine.VERSION, and write it and this digest here");
    }

    private static void add(MessageDigest digest, Step<Conversation, ConversationEffect> step) {
        digest.update(step.state().floor().getClass().getSimpleName().getBytes(StandardCharsets.UTF_8));
        step.effects().forEach(each -> digest.update(ConversationForms.of(each).toString().getBytes(StandardCharsets.UTF_8)));
    }
}
