package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.CutShort;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.HearTurn;
import io.agentstream.agents.conversation.ConversationEffect.OpenSpeech;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.CallerQuoted;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Floor;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// An agent of which one service hears the caller, thinks and speaks: its turns are taken by the floor, as those of any other.
class RealtimeDialogueTest {

    static final String GRAPH = """
            {"engine": "realtime",
             "settings": {"farewell": "Goodbye then.", "trouble": {"say": "I am sorry, I cannot go on."}, "idle": {"after_ms": 4000, "prompts": ["Are you there?"]}},
             "services": {"realtime": [{"service": "openai", "model": "m", "key": "a"}, {"service": "openai", "model": "n", "key": "b"}]},
             "prompt": "You answer for Acme.",
             "outcomes": ["thanked"],
             "tools": {
               "order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders/{{number}}",
                         "parameters": {"number": {"description": "Its number."}}, "into": "order"},
               "keep": {"type": "set_variable", "description": "Keeps the name.", "variables": {"name": {"description": "The name."}}},
               "person": {"type": "transfer", "description": "Connects to a person.", "to": "+15550120"},
               "bye": {"type": "end_with_outcome", "description": "Ends the call.", "outcomes": ["thanked"]}},
             "start": "talk",
             "nodes": {
               "talk": {"type": "agent", "prompt": "Be kind.", "say": "Welcome to Acme. How can I help?", "tools": ["order", "keep", "person", "bye"],
                        "edges": [{"on": "key", "key": "9", "go": "end"}]},
               "end": {"type": "hangup", "say": "As you like."}}}
            """;

    static final Dialogue AGENT = agent(GRAPH);

    private static Dialogue agent(String graph) {
        return Dialogues.of(Json.MAPPER.readTree(graph), Json.MAPPER.readTree("{\"caller_number\":\"+15550100\"}"));
    }

    static Thought clerk(BrainRequest request) {
        Remark last = request.history().getLast();
        return switch (last.by()) {
            case TOOL -> Thought.of(last.text().contains("busy") ? "Nobody is there." : "It is on its way. It comes tomorrow.");
            case AGENT -> Thought.of("I am still here.");
            case CALLER -> last.text().contains("order")
                    ? new Thought("", List.of(new Remark.Use("use-1", "order", "{\"number\":\"7\"}")))
                    : last.text().contains("name")
                            ? new Thought("", List.of(new Remark.Use("use-3", "keep", "{\"name\":\"Ann\"}")))
                            : last.text().contains("person")
                                    ? new Thought("One moment.", List.of(new Remark.Use("use-4", "person", "{}")))
                                    : last.text().contains("thanks")
                                            ? new Thought("You are welcome. Goodbye!", List.of(new Remark.Use("use-2", "bye", "{\"outcome\":\"thanked\"}")))
                                            : Thought.of("You said " + last.text() + " I see.");
        };
    }

    private static PoliteServices services() {
        return new PoliteServices(RealtimeDialogueTest::clerk);
    }

    private static World world(Dialogue agent, PoliteServices services, TakeOver takeOver, String... acts) {
        World world = new World(agent, services, takeOver);
        world.caller = new Caller(services, acts);
        return world;
    }

    private static World play(String... acts) {
        return world(AGENT, services(), TakeOver.NEVER, acts).run(120_000);
    }

    private static World play(PoliteServices services, String... acts) {
        return world(AGENT, services, TakeOver.NEVER, acts).run(120_000);
    }

    private static List<String> said(World world) {
        return world.told(Fact.Said.class).stream().map(Fact.Said::text).toList();
    }

    private static List<String> history(World world) {
        return Story.memory(world).path("history").valueStream()
                .map(remark -> remark.path("by").asString() + ": " + remark.path("text").asString())
                .toList();
    }

    /// Who is left with an answer to a question that was never written down repeats it, so that only what came of the call is counted.
    private static Object outcome(World world) {
        return List.of(
                world.hangUps, Story.variables(world).toString(),
                world.told(Fact.NodeEntered.class).stream().map(Fact.NodeEntered::outcome).filter(outcome -> outcome != null).distinct().toList());
    }

    @Test
    void aCallGoesFromGreetingToGoodbyeAndToTheSameEndWhoeverHoldsIt() throws Exception {
        World plain = Ways.leadToTheSame(
                AGENT, takeOver -> world(AGENT, services(), takeOver, "I have a question.", "Where is my order?", "Oh thanks.").run(120_000),
                RealtimeDialogueTest::outcome);

        assertEquals(
                List.of("Welcome to Acme. How can I help?", "You said I have a question. I see.", "It is on its way. It comes tomorrow.",
                        "You are welcome. Goodbye!"),
                said(plain));
        assertTrue(plain.told(Fact.Said.class).stream().allMatch(Fact.Said::whole));
        assertEquals(List.of("I have a question.", "Where is my order?", "Oh thanks."),
                plain.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList());
        assertEquals(List.of(), plain.told(Fact.Heard.class));
        assertEquals(End.AGENT_HANGUP, plain.told(Fact.HungUp.class).getLast().end());
        assertEquals(1, plain.wanted(CallTool.class).size());
        assertEquals(
                List.of("agent: Welcome to Acme. How can I help?", "caller: I have a question.", "agent: You said I have a question. I see.",
                        "caller: Where is my order?", "agent: ", "tool: {}", "agent: It is on its way. It comes tomorrow.", "caller: Oh thanks.",
                        "agent: You are welcome. Goodbye!", "tool: {\"ok\":true}"),
                history(plain));
    }

    @Test
    void theServiceIsOpenBeforeAnythingIsSaidAndHearsTheCallersTurnsOnly() {
        World world = play("I have a question.");

        List<ConversationEffect> asked = world.effects.stream().filter(ServiceEffect.class::isInstance).toList();
        assertEquals(OpenSpeech.class, asked.getFirst().getClass());
        assertEquals(1, world.wanted(OpenSpeech.class).size());
        assertEquals("You answer for Acme.\n\nBe kind.", world.wanted(OpenSpeech.class).getFirst().request().instructions());
        HearTurn heard = world.wanted(HearTurn.class).getFirst();
        int at = asked.indexOf(heard);
        assertEquals(200, heard.agoMs());
        assertEquals(FinishHearing.class, asked.get(at + 1).getClass());
        assertEquals(AskBrain.class, asked.get(at + 2).getClass());
        assertEquals(heard.turn(), ((AskBrain) asked.get(at + 2)).turn());
    }

    @Test
    void theAnswerIsHeardBeforeTheWordsThatItAnswersAreKnown() {
        World world = play("I have a question.");

        int answered = first(world, fact -> fact instanceof Fact.Latency latency && latency.turn() > 1 && latency.what().equals(Fact.Latency.FIRST_AUDIO));
        int understood = first(world, Fact.Understood.class::isInstance);
        assertTrue(answered > 0 && answered < understood, world.facts.toString());
    }

    private static int first(World world, Function<Fact, Boolean> fits) {
        for (int n = 0; n < world.facts.size(); n++) {
            if (fits.apply(world.facts.get(n))) {
                return n;
            }
        }
        return -1;
    }

    @Test
    void whereTheCallerMayBeginTheAgentWaits() {
        Dialogue shy = agent(GRAPH.replace("\"farewell\"", "\"first_speaker\": \"caller\", \"farewell\"").replace("\"say\": \"Welcome to Acme. How can I help?\", ", ""));

        World world = world(shy, services(), TakeOver.NEVER, "I have a question.").run(9_000);

        assertEquals(List.of("You said I have a question. I see."), said(world));
    }

    @Test
    void whoInterruptsIsAnsweredAndTheServiceKnowsWhatWasHeard() {
        // given a caller who speaks up when a second of the answer is heard
        PoliteServices services = services();
        World world = world(AGENT, services, TakeOver.NEVER, "I have a question.");
        Runnable interrupts = () -> {
            services.said = "Something else.";
            world.give(new ConversationInput.SpeechStarted(200));
            world.phone(1_400, () -> world.give(new ConversationInput.SpeechStopped(1_000, 500)));
        };
        boolean[] done = {false};
        var caller = world.caller;
        world.caller = each -> {
            caller.accept(each);
            if (!done[0] && each.state.floor() instanceof Floor.Speaking speaking && speaking.turn() == 2) {
                done[0] = true;
                world.phone(1_000, interrupts);
            }
        };

        // when
        world.run(20_000);

        // then the voice stops, and what is told to the service comes before it is asked again
        assertEquals(1, world.told(Fact.Interrupted.class).size());
        Fact.Said cut = world.told(Fact.Said.class).get(1);
        assertFalse(cut.whole());
        CutShort told = services.cuts.getFirst();
        assertEquals(new CutShort(2, cut.playedMs()), told);
        assertTrue(world.effects.indexOf(told) < world.effects.indexOf(world.wanted(AskBrain.class).getLast()));

        // and the record holds what was heard
        String heard = history(world).get(2);
        assertTrue(heard.startsWith("agent: You said") && !heard.contains("see"), heard);
        assertTrue(said(world).contains("You said Something else. I see."), said(world).toString());
    }

    /// Speaks into the second second of the first answer: from when on, by the time of the first sound, and how long each time.
    private static World interruptedBy(long... soundsMs) {
        PoliteServices services = services();
        World world = world(AGENT, services, TakeOver.NEVER, "I have a question.");
        boolean[] done = {false};
        var caller = world.caller;
        world.caller = each -> {
            caller.accept(each);
            if (!done[0] && each.state.floor() instanceof Floor.Speaking speaking && speaking.turn() == 2) {
                done[0] = true;
                services.said = "Something else.";
                for (int n = 0; n < soundsMs.length; n += 2) {
                    long lastsMs = soundsMs[n + 1];
                    world.phone(700 + soundsMs[n] + 200, () -> world.give(new ConversationInput.SpeechStarted(200)));
                    world.phone(700 + soundsMs[n] + lastsMs + 240, () -> world.give(new ConversationInput.SpeechStopped(lastsMs, 240)));
                }
            }
        };
        return world.run(30_000);
    }

    @Test
    void aShortSoundDoesNotInterrupt() {
        World world = interruptedBy(0, 400);

        assertEquals(List.of(), world.told(Fact.Interrupted.class));
        assertEquals("You said I have a question. I see.", said(world).get(1));
        assertEquals(1, world.wanted(ConversationEffect.Clear.class).size());
    }

    @Test
    void twoShortSoundsDo() {
        World world = interruptedBy(0, 400, 700, 400);

        assertEquals(1, world.told(Fact.Interrupted.class).size());
    }

    @Test
    void whatAnAnswerSaysComesToTheFloorInWholeWords() {
        World world = play("I have a question.");

        assertEquals("You said I have a question. I see.", said(world).get(1));
        long playedMs = world.told(Fact.Said.class).get(1).playedMs();
        assertEquals("You said I have a question. I see.".length() * (long) PoliteServices.CHAR_MS, playedMs);
    }

    /// A line is spoken by whoever answers, one after the other.
    @Test
    void theAnswerToAToolIsAskedForBehindTheLineThatIsSaidMeanwhile() throws Exception {
        // given a service that takes its time for the line, so that the tool is done before it
        Dialogue chatty = agent(GRAPH.replace("\"into\": \"order\"", "\"into\": \"order\", \"say\": \"One moment, please.\""));
        Function<TakeOver, World> play = takeOver -> world(chatty, new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void speak(World world, Speak speak) {
                if (speak.text().startsWith("One")) {
                    world.after(900, () -> super.speak(world, speak));
                } else {
                    super.speak(world, speak);
                }
            }
        }, takeOver, "Where is my order?", "Oh thanks.").run(120_000);

        // when
        World plain = Ways.leadToTheSame(chatty, play, RealtimeDialogueTest::outcome);

        // then
        assertEquals("One moment, please. It is on its way. It comes tomorrow.", said(plain).get(1));
        assertEquals(1, plain.wanted(CallTool.class).size());
    }

    @Test
    void theModelKeepsWhatItHeardAndKnowsIt() {
        World world = play("My name is Ann.");

        assertEquals("{\"name\":\"Ann\"}", Story.variables(world).toString());
        BrainRequest asked = world.wanted(AskBrain.class).getLast().request();
        assertTrue(asked.history().stream().anyMatch(remark -> remark.by() == Remark.By.TOOL && remark.text().equals(Tooling.OK)));
    }

    @Test
    void theCallerIsGivenAwayBehindTheLastWord() {
        PoliteServices services = services();
        World world = play(services, "Give me a person.");

        assertEquals(List.of(1), List.copyOf(services.transfers.values()));
        assertEquals("One moment.", said(world).getLast());
        assertEquals(End.TRANSFERRED, world.wanted(ConversationEffect.HangUp.class).getLast().end());
    }

    @Test
    void aKeyLeadsOnWhereItHasAnEdgeAndElseTheModelIsTold() {
        PoliteServices services = services();

        World world = play(services, "5", "9");

        assertEquals(List.of("The caller pressed 5."), services.informed);
        assertEquals("As you like.", said(world).getLast());
        assertEquals("You said The caller pressed 5. I see.", said(world).get(1));
    }

    @Test
    void whoSaysNothingIsTalkedToAndThenSaidGoodbye() {
        World world = play();

        assertEquals(
                List.of("Welcome to Acme. How can I help?", "Are you there?", "Goodbye then."),
                world.wanted(Speak.class).stream().map(Speak::text).toList());
        assertTrue(world.told(Fact.Said.class).getLast().whole());
    }

    @Test
    void theLongestCallEndsWithTheFarewell() {
        Dialogue brief = agent(GRAPH.replace("\"farewell\"", "\"max_call_ms\": 10000, \"farewell\""));

        World world = world(brief, services(), TakeOver.NEVER, "One.", "Two is it.", "Three is it.", "Four is it.").run(60_000);

        assertEquals("Goodbye then.", said(world).getLast());
        assertEquals(End.MAX_DURATION, world.wanted(ConversationEffect.HangUp.class).getLast().end());
    }

    @Test
    void aServiceThatIsLostIsReplacedByTheNextWhichKnowsWhatWasSaid() {
        // given one that is lost while it is asked
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {
                if (ask.brain() == 0) {
                    answer(world, 200, "", new EarFailed(ear, new ServiceFailure(ServiceFailure.Kind.REFUSED)));
                } else {
                    super.think(world, ask);
                }
            }
        };

        // when
        World world = play(services, "I have a question.");

        // then
        List<OpenSpeech> opened = world.wanted(OpenSpeech.class);
        assertEquals(List.of(0, 1), opened.stream().map(OpenSpeech::service).toList());
        assertEquals(
                List.of(Remark.agent("Welcome to Acme. How can I help?", List.of()), Remark.caller(Living.unworded(2))),
                opened.getLast().request().history());
        assertTrue(said(world).contains("You said I have a question. I see."), said(world).toString());
    }

    @Test
    void whereNoServiceIsLeftTheApologyIsSpokenByAVoiceThatNeedsNoneAndTheCallEnds() {
        World world = play(new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                if (effect instanceof OpenSpeech open) {
                    answer(world, 20, "", new EarFailed(open.number(), new ServiceFailure(ServiceFailure.Kind.REFUSED)));
                } else if (!(effect instanceof Speak speak) || speak.mouth() == 2) {
                    super.perform(world, effect);
                }
            }
        }, "I have a question.");

        assertEquals(1, world.hangUps);
        assertEquals("I am sorry, I cannot go on.", said(world).getLast());
        assertEquals(2, world.wanted(Speak.class).getLast().mouth());
    }

    @Test
    void anErrorHasAWayOfItsOwn() {
        Dialogue careful = agent(GRAPH.replace(
                "\"edges\": [", "\"edges\": [{\"on\": \"error\", \"go\": \"end\"}, "));
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {
                answer(world, 200, "", new BrainFailed(ask.turn(), ask.number(), new ServiceFailure(ServiceFailure.Kind.REFUSED)));
            }
        };

        World world = world(careful, services, TakeOver.NEVER, "I have a question.").run(60_000);

        assertEquals("As you like.", said(world).getLast());
        assertEquals(2, world.wanted(AskBrain.class).size());
    }

    @Test
    void aServiceThatOwesAnAnswerIsNotWaitedForWithoutEnd() {
        PoliteServices services = new PoliteServices(RealtimeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {}
        };

        World world = play(services, "I have a question.");

        assertEquals("I am sorry, I cannot go on.", said(world).getLast());
        assertEquals(1, world.hangUps);
    }

    @Test
    void thatTheCallerSpokeIsToldAlsoWhereTheWordsNeverCome() {
        PoliteServices services = services();
        services.quotesMs = 60_000;

        World world = play(services, "I have a question.");

        assertEquals(2, world.told(Fact.Heard.class).getFirst().turn());
        assertEquals(List.of(), world.told(Fact.Understood.class));
        assertTrue(history(world).contains("caller: " + Living.unworded(2)));
    }

    @Test
    void andWhereTheCallEndsBeforeTheyCome() {
        PoliteServices services = services();
        services.quotesMs = 60_000;
        World hungUp = world(AGENT, services, TakeOver.NEVER, "I have a question.");
        hungUp.watcher = effect -> {
            if (effect instanceof AskBrain) {
                hungUp.phone(100, () -> hungUp.give(new ConversationInput.CallEnded()));
            }
        };

        hungUp.run(60_000);

        assertEquals(List.of(2), hungUp.told(Fact.Heard.class).stream().map(Fact.Heard::turn).toList());
        assertEquals(List.of(), hungUp.told(Fact.Understood.class));
    }

    @Test
    void andWhereTheAgentHangsUpBeforeTheyCome() {
        PoliteServices services = services();
        services.quotesMs = 60_000;

        World world = play(services, "Oh thanks.");

        assertEquals(1, world.hangUps);
        assertEquals(List.of(2), world.told(Fact.Heard.class).stream().map(Fact.Heard::turn).toList());
        assertTrue(
                world.facts.indexOf(world.told(Fact.Heard.class).getLast()) < world.facts.indexOf(world.told(Fact.HungUp.class).getLast()),
                world.facts.toString());
    }

    @Test
    void ofWordsWithoutEndTheBeginningIsKept() {
        World world = play("x".repeat(20_000));

        assertEquals(Living.MAX_WORDS_CHARS, world.told(Fact.Understood.class).getFirst().text().length());
    }

    @Test
    void wordsOfAnotherTurnArePassedOver() {
        World world = play("I have a question.");
        int facts = world.facts.size();

        Dialogue.Move move = world.state.dialogue().answered(new CallerQuoted(77, "Never said."), World.T0);

        assertEquals(List.of(), move.effects());
        assertEquals(facts, world.facts.size());
    }

    @Test
    void whoGoesOnSaysWhatWasNotHeardOfALongAnswer() {
        // given an answer of several sentences, and a worker that goes when two seconds of it were heard
        PoliteServices services = new PoliteServices(request -> Thought.of("This is the first one. This is the second one. This is the third one."));
        World first = world(AGENT, services, TakeOver.NEVER, "Tell me.");
        boolean[] left = {false};
        var caller = first.caller;
        String[] memory = new String[1];
        first.caller = each -> {
            caller.accept(each);
            if (!left[0] && each.state.floor() instanceof Floor.Speaking speaking && speaking.turn() == 2 && speaking.then() != null) {
                left[0] = true;
                memory[0] = Json.MAPPER.writeValueAsString(each.state.dialogue().memory(2_000, 0));
            }
        };
        first.run(60_000);

        // then what it leaves says which sentences are owed, and what of the first was heard
        var saved = Json.MAPPER.readTree(memory[0]);
        assertEquals("[\"This is the second one.\",\"This is the third one.\"]", saved.path("saying").toString());
        assertTrue(saved.path("history").toString().contains("This is the first one."), saved.toString());
        assertEquals(Map.of(), services.used);
    }
}
