package io.agentstream.worker.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.dev.simulator.services.Mishap;
import io.agentstream.dev.simulator.services.PlayedBrain;
import io.agentstream.dev.simulator.services.ServiceServer;
import io.agentstream.runtime.Networks;
import io.agentstream.worker.service.ServiceFailure.Broken;
import io.agentstream.worker.service.ServiceFailure.Busy;
import io.agentstream.worker.service.ServiceFailure.Refused;
import io.agentstream.worker.service.ServiceFailure.Silent;
import io.agentstream.worker.service.wire.Wire;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What every brain keeps, whatever its service does.
public abstract class BrainContract {

    protected static final PlayedBrain SAYS = PlayedBrain.says("It was", " shipped", " on Monday.");

    protected final Wire wire = Given.wire();
    protected final Told<Thought> told = new Told<>();

    protected abstract ServiceServer server();

    protected abstract void plays(PlayedBrain brain);

    /// Longer requests are more than its model can take in.
    protected abstract void takes(int characters);

    protected abstract BrainService service(Wire wire);

    protected Brain brain(Patience patience) {
        return service(wire).open(Given.brain(Given.to(server().url(), patience)));
    }

    protected static BrainRequest question() {
        JsonNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        return new BrainRequest(
                List.of(
                        new Message.Instructions("You answer the phone."),
                        new Message.Caller("Where is order 7?"),
                        new Message.Agent("", List.of(new Thought.ToolCall("call_0", "lookup", "{\"id\":\"7\"}"))),
                        new Message.ToolResult("call_0", "{\"status\":\"shipped\"}")),
                List.of(new BrainRequest.Tool("lookup", "Finds an order", schema)), BrainRequest.ToolChoice.AUTO);
    }

    protected String said() {
        return told.all(Thought.Text.class).stream().map(Thought.Text::text).collect(Collectors.joining());
    }

    @AfterEach
    void end() throws IOException {
        server().close();
        wire.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "SPLIT", "UNKNOWN"})
    void tellsTheAnswerAsItComesAndWhatItTook(Mishap mishap) {
        server().next(mishap);

        brain(Given.PATIENCE).ask(question(), told::on);

        Thought.Done done = told.await(Thought.Done.class);
        assertEquals("It was shipped on Monday.", said());
        assertEquals(new Thought.Done(Thought.Reason.FINISHED, Usage.tokens(120, 64, 12)), done);
        assertEquals(1, server().asked().size());
    }

    @Test
    void toolCallsComeWholeBehindTheTexts() {
        plays(PlayedBrain.says("One moment.").calling(
                new PlayedBrain.Call("call_1", "lookup", "{\"id\":\"7\"}"), new PlayedBrain.Call("call_2", "lookup", "{\"id\":\"8\"}")));

        brain(Given.PATIENCE).ask(question(), told::on);

        Thought.Done done = told.await(Thought.Done.class);
        assertEquals(Thought.Reason.TOOLS, done.reason());
        assertEquals(
                List.of(
                        new Thought.Text("One moment."), new Thought.ToolCall("call_1", "lookup", "{\"id\":\"7\"}"),
                        new Thought.ToolCall("call_2", "lookup", "{\"id\":\"8\"}"), done),
                told.all());
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "NO_QUOTA"})
    void whatIsRefusedIsNotAskedAgain(Mishap mishap) {
        server().next(mishap);

        brain(Given.PATIENCE).ask(question(), told::on);

        assertInstanceOf(Refused.class, told.await(Thought.Failed.class).failure());
        assertEquals(1, told.all().size());
        assertEquals(1, server().asked().size());
    }

    @ParameterizedTest
    @EnumSource(names = {"BUSY", "ERROR", "LOST", "EMPTY"})
    void whatFailsBeforeAWordIsAskedAgain(Mishap mishap) {
        server().next(mishap);

        brain(Given.PATIENCE).ask(question(), told::on);

        told.await(Thought.Done.class);
        assertEquals("It was shipped on Monday.", said());
        assertEquals(2, server().asked().size());
    }

    @Test
    void aServiceThatIsBusyForLongIsNotWaitedFor() {
        server().next(Mishap.BUSY_FOR_LONG);

        brain(Given.PATIENCE).ask(question(), told::on);

        assertEquals(new Busy(3_600_000), told.await(Thought.Failed.class).failure());
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR_WITHIN", "UNENDED", "HUGE", "GARBAGE"})
    void whatFailsBehindAWordIsToldAndNotAskedAgain(Mishap mishap) {
        server().next(mishap);

        brain(Given.PATIENCE).ask(question(), told::on);

        Thought.Failed failed = told.await(Thought.Failed.class);
        assertInstanceOf(Broken.class, failed.failure());
        assertTrue(said().startsWith("It was"), said());
        assertEquals(1, server().asked().size());
    }

    @Test
    void aServiceThatSaysNothingIsAskedTwiceAndThenGivenUp() {
        server().next(Mishap.SILENT, Mishap.SILENT, Mishap.SILENT);

        brain(Given.IMPATIENCE).ask(question(), told::on);

        assertInstanceOf(Silent.class, told.await(Thought.Failed.class).failure());
        assertEquals(2, server().asked().size());
    }

    @Test
    void anAnswerThatStopsComingIsGivenUp() {
        plays(SAYS.slowly(0, 10_000));

        brain(Given.IMPATIENCE).ask(question(), told::on);

        assertInstanceOf(Silent.class, told.await(Thought.Failed.class).failure());
        assertEquals("It was", said());
    }

    @Test
    void nothingIsToldBehindCancelAndTheRequestIsBrokenOff() {
        // given
        plays(SAYS.slowly(0, 50));
        Brain.Answering answering = brain(Given.PATIENCE).ask(question(), told::on);
        told.await(Thought.Text.class);

        // when
        answering.cancel();

        // then
        List<Thought> then = told.all();
        Given.await("the connection is given up", () -> server().connections() == 0);
        assertEquals(then, told.all());
    }

    @Test
    void closingCancelsAllThatIsAsked() {
        // given
        plays(SAYS.slowly(5_000, 0));
        Brain brain = brain(Given.PATIENCE);
        brain.ask(question(), told::on);
        brain.ask(question(), told::on);
        Given.await("both are asked", () -> server().asked().size() == 2);

        // when
        brain.close();

        // then
        Given.await("the connections are given up", () -> server().connections() == 0);
        assertEquals(List.of(), told.all());
    }

    @Test
    void anAddressThatNobodyAllowedIsNotReached() throws IOException {
        try (Wire guarded = new Wire(Networks.parse(""))) {
            service(guarded).open(Given.brain(Given.to(server().url(), Given.PATIENCE))).ask(question(), told::on);

            assertInstanceOf(Refused.class, told.await(Thought.Failed.class).failure());
            assertEquals(List.of(), server().asked());
        }
    }

    @Test
    void withoutAKeyNothingIsAsked() {
        Connection keyless = new Connection(server().url(), () -> {
            throw new IllegalStateException("no such key");
        }, Given.PATIENCE);

        service(wire).open(Given.brain(keyless)).ask(question(), told::on);

        assertEquals(new Refused("no key"), told.await(Thought.Failed.class).failure());
        assertEquals(List.of(), server().asked());
    }

    /// Not each time: the end of an answer may come behind what says that it is the end.
    @Test
    void connectionsAreUsedAgain() {
        Brain brain = brain(Given.PATIENCE);

        for (int answers = 1; answers <= 12; answers++) {
            brain.ask(question(), told::on);
            told.await(Thought.Done.class, answers);
        }

        assertTrue(server().connections() < 6, server().connections() + " connections");
    }

    @Test
    void nothingThatIsToldPrintsAWord() {
        brain(Given.PATIENCE).ask(question(), told::on);

        told.await(Thought.Done.class);
        assertFalse(told.all().toString().contains("shipped"), told.all().toString());
        assertFalse(question().toString().contains("order"));
    }

    @Test
    void aConversationThatIsTooLongIsToldFromOtherRefusals() {
        takes(10);

        brain(Given.PATIENCE).ask(question(), told::on);

        assertEquals(Refused.TOO_LONG, told.await(Thought.Failed.class).failure());
        assertEquals(1, server().asked().size());
    }
}
