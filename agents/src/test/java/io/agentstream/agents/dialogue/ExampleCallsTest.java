package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.ExampleAgents;
import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Transfer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The agents of the manual hold whole calls, and the same ones whoever holds them.
class ExampleCallsTest {

    private static Story of(String example) {
        return Story.of(ExampleAgents.definition(example));
    }

    private static String last(World world, String variable) {
        return Story.variables(world).path(variable).asString("");
    }

    @Test
    void theSurveyCountsItsAnswers() throws Exception {
        World world = of("survey").alike(Story::outcome, "1", "4", "2", "9", "8", "7", "6");

        assertEquals(List.of("welcome", "friendly", "quick", "branch_number", "completed"), Story.nodes(world));
        assertEquals("9876", last(world, "receipt"));
        assertEquals("2", last(world, "asked"));
    }

    @Test
    void theSurveyEndsForWhoDeclinesAndForWhoPressesNothing() {
        assertEquals("declined", Story.memory(of("survey").play("2")).path("node").asString());
        assertEquals("given_up", Story.memory(of("survey").play()).path("node").asString());
        assertEquals(List.of("welcome", "friendly", "friendly", "quick"), Story.nodes(of("survey").play("1", "9", "3")).subList(0, 4));
    }

    @Test
    void theAppointmentIsBooked() throws Exception {
        World world = of("appointment")
                .with(Map.of("book", "{\"status\":\"ok\",\"spoken_time\":\"the third of May at ten\"}"))
                .alike(Story::outcome, "A trim, please.", "On the third of May 2027.", "Yes.", "Ada Lovelace.", "ada at example dot com", "Yes.");

        JsonNode sent = Story.variables(world);
        assertEquals("2027-05-03", sent.path("day").asString());
        CallTool call = world.wanted(CallTool.class).getFirst();
        assertTrue(String.valueOf(Story.sent(call).body()).contains("\"minutes\":45"), () -> String.valueOf(Story.sent(call).body()));
        assertTrue(String.join(" ", Story.spoken(world)).contains("It is booked: haircut, the third of May at ten."), () -> Story.spoken(world).toString());
    }

    @Test
    void theVoicemailIsKept() throws Exception {
        World world = of("voicemail").alike(Story::outcome, "Please call me back about the boat.", "Yes.");

        assertEquals(List.of("greet", "good", "send", "thanks"), Story.nodes(world));
        CallTool call = world.wanted(CallTool.class).getFirst();
        assertTrue(String.valueOf(Story.sent(call).body()).contains("about the boat"), () -> String.valueOf(Story.sent(call).body()));
    }

    @Test
    void theOrderIsFoundByItsNumber() throws Exception {
        World world = of("order_status")
                .with(ExampleCallsTest::clerk)
                .with(Map.of("look_up", "{\"state\":\"shipped\",\"arrives\":\"Friday\",\"items\":[{\"name\":\"a kettle\"}]}"))
                .alike(Story::outcome, "1", "2", "3", "4", "5", "6", "#", "1", "No, that is all. Thank you.");

        assertTrue(String.join(" ", Story.spoken(world)).contains("Your order with a kettle has left our house."), () -> Story.spoken(world).toString());
        assertEquals("https://shop.example.com/v1/eu/orders/123456", Story.sent(world.wanted(CallTool.class).getFirst()).url());
    }

    private static Thought clerk(BrainRequest request) {
        return request.history().getLast().by() == Remark.By.CALLER
                ? new Thought("Goodbye then!", List.of(new Remark.Use("use-1", "say_goodbye", "{\"outcome\":\"answered\"}")))
                : Thought.of("Anything else?");
    }

    @Test
    void theReceptionistTakesAMessage() throws Exception {
        World world = of("receptionist")
                .with(request -> new Thought("", List.of(new Remark.Use("use-1", "choose_leaves_a_message", "{}"))))
                .alike(Story::outcome, "Please tell the doctor something.", "My name is Ada Lovelace.", "Yes.",
                        "five five five zero one zero zero two zero zero", "Yes.", "About my tooth.");

        assertEquals(List.of("talk", "ask_name", "ask_phone", "ask_message", "thanks"), Story.nodes(world));
        assertEquals("+15550100200", last(world, "callback_number"));
        assertEquals("About my tooth.", last(world, "message"));
    }

    @Test
    void theReceptionistWhoseFrontDeskDoesNotAnswerOffersToTakeAMessage() {
        Story story = of("receptionist");
        PoliteServices services = story.services();
        services.transfer = Transfer.NO_ANSWER;

        World world = story.play(services, TakeOver.NEVER, "I want a real person.");

        JsonNode asked = world.told(Fact.TransferAsked.class).getFirst().arguments();
        assertEquals("A call for Northwind Dental from 1 5 5 5 0 1 0 0.", asked.path("summary").asString(), "a transfer that learns who answers");
        assertEquals(List.of("talk", "front_desk", "nobody_there", "ask_name"), Story.nodes(world).subList(0, 4));
    }

    /// A caller of the triage, whose ticket is urgent.
    private static World triage(TakeOver takeOver, Transfer engineer) {
        Story story = of("triage").with(ExampleCallsTest::dispatcher).with(Map.of("open_ticket", "{\"number\":\"T7\",\"summary\":\"the ring is down\"}"));
        PoliteServices services = story.services();
        services.transfer = engineer;
        return story.play(services, takeOver, "The ring is down.");
    }

    private static Thought dispatcher(BrainRequest request) {
        Remark last = request.history().getLast();
        return last.by() == Remark.By.TOOL
                ? new Thought("", List.of(new Remark.Use("use-2", "choose_engineer", "{}")))
                : new Thought("", List.of(new Remark.Use(
                        "use-1", "open_ticket", "{\"summary\":\"the ring is down\",\"since\":\"today\",\"severity\":1}")));
    }

    @Test
    void theTriageGivesWhoIsUrgentToTheEngineerWhoIsToldWhatItIsAbout() throws Exception {
        World world = Ways.leadToTheSame(
                of("triage").agent(), takeOver -> triage(takeOver, Transfer.CONNECTED), Story::outcome);

        Fact.TransferAsked asked = world.told(Fact.TransferAsked.class).getFirst();
        assertEquals("A call from 1 5 5 5 0 1 0 0. Ticket T7: the ring is down. I connect you now.", asked.arguments().path("summary").asString());
        assertEquals("+15550131", asked.arguments().path("to").asString());
        assertEquals(List.of("triage", "engineer"), Story.nodes(world));
    }

    @Test
    void theTriageTellsWhoseEngineerRefusesThatSomebodyWillCallAndAsksTheDutyDeskForTheOthers() {
        assertEquals("written_down", Story.memory(triage(TakeOver.NEVER, Transfer.REFUSED)).path("node").asString());
        World busy = triage(TakeOver.NEVER, Transfer.BUSY);
        assertEquals(List.of("triage", "engineer", "duty_desk", "nobody"), Story.nodes(busy));
        assertTrue(busy.told(Fact.TransferAsked.class).getLast().arguments().has("summary"), "a transfer that learns who answers");
    }
}
