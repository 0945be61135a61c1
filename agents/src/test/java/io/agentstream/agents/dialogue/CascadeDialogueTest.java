package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Clear;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.GaveUp;
import io.agentstream.agents.conversation.ConversationEffect.HangUp;
import io.agentstream.agents.conversation.ConversationEffect.OpenEar;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationEffect.ServiceKind;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainFailed;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.conversation.ConversationInput.EarFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthFailed;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.Dialogue;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.HttpRequest;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.agents.conversation.ServiceFailure;
import io.agentstream.agents.conversation.ServiceFailure.Kind;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.End;
import io.agentstream.schemas.Failure;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// An agent that hears, thinks and speaks, by services that do what they should, and by such that do not.
class CascadeDialogueTest {

    static final String GRAPH = """
            {"engine": "cascade",
             "settings": {"farewell": "Goodbye then.", "trouble": {"say": "I am sorry, I cannot go on."}, "idle": {"after_ms": 4000, "prompts": ["Are you there?"]}},
             "services": {
               "ear": [{"service": "deepgram", "key": "a"}, {"service": "openai", "key": "b"}],
               "brain": [{"service": "openai", "model": "m", "key": "b"}, {"service": "anthropic", "model": "n", "key": "c"}],
               "mouth": [{"service": "elevenlabs", "voice": "21m00Tcm4TlvDq8ikWAM", "key": "d"}, {"service": "openai", "voice": "w", "key": "b"}]},
             "prompt": "You answer for {{company}}.",
             "variables": {"company": "Acme"},
             "tools": {
               "order": {"type": "http", "description": "Finds an order.", "url": "https://shop.example.com/orders/{{number}}",
                         "headers": {"X-For": "{{company}}"}, "key": "shop",
                         "parameters": {"number": {"description": "Its number."}}, "timeout_ms": 3000, "into": "order"},
               "bye": {"type": "hangup", "description": "Ends the call."}},
             "start": "welcome",
             "nodes": {
               "welcome": {"type": "say", "say": "Welcome to {{company}}.", "next": "talk"},
               "talk": {"type": "agent", "prompt": "Be kind.", "say": "How can I help?", "tools": ["order", "bye"],
                        "edges": [{"on": "intent", "intent": "stop", "words": ["stop it"], "go": "end"}]},
               "end": {"type": "hangup", "say": "As you like."}}}
            """;

    static final Dialogue AGENT = Dialogues.of(Json.MAPPER.readTree(GRAPH), Json.MAPPER.readTree("{\"caller_number\":\"+15550100\"}"));

    /// Answers what the caller said last, looks an order up where it is asked for one, and ends the call where the caller thanks.
    static Thought clerk(BrainRequest request) {
        Remark last = request.history().getLast();
        return switch (last.by()) {
            case TOOL -> Thought.of("It is on its way. It comes tomorrow.");
            case AGENT -> Thought.of("I am still here.");
            case CALLER -> last.text().contains("order")
                    ? new Thought("", List.of(new Remark.Use("use-1", "order", "{\"number\":\"7\"}")))
                    : last.text().contains("thanks")
                            ? new Thought("You are welcome. Goodbye!", List.of(new Remark.Use("use-2", "bye", "{}")))
                            : Thought.of("You said " + last.text() + " I see.");
        };
    }

    private static World world(PoliteServices services, TakeOver takeOver, String... acts) {
        World world = new World(AGENT, services, takeOver);
        world.caller = new Caller(services, acts);
        return world;
    }

    private static World play(TakeOver takeOver, String... acts) {
        return world(new PoliteServices(CascadeDialogueTest::clerk), takeOver, acts).run(120_000);
    }

    private static World play(PoliteServices services, String... acts) {
        return world(services, TakeOver.NEVER, acts).run(120_000);
    }

    /// What is remembered in the end: what both have said, two remarks of the agent in a row being one that was said in two parts, and behind
    /// that what came of tools.
    private static Object remembered(World world) {
        StringBuilder said = new StringBuilder();
        StringBuilder done = new StringBuilder();
        String by = "";
        for (var remark : Json.MAPPER.readTree(Json.MAPPER.writeValueAsString(world.state.dialogue().memory(0, 0))).path("history")) {
            String who = remark.path("by").asString();
            String text = remark.path("text").asString();
            if (who.equals("tool")) {
                done.append("\ntool: ").append(text);
            } else if (!text.isEmpty()) {
                said.append(who.equals(by) && who.equals("agent") ? " " : "\n" + who + ": ").append(text);
                by = who;
            }
        }
        return said.append(done).append("\n").append(world.hangUps).append(" hang-ups").toString().strip();
    }

    private static List<String> spoken(World world) {
        return world.wanted(Speak.class).stream().map(Speak::text).toList();
    }

    @Test
    void aCallGoesFromGreetingToGoodbyeTheSameWayWhoeverHoldsIt() throws Exception {
        World plain = Ways.leadToTheSame(
                AGENT, takeOver -> play(takeOver, "I have a question.", "Where is my order?", "Oh thanks."), CascadeDialogueTest::remembered);

        assertEquals("""
                agent: Welcome to Acme. How can I help?
                caller: I have a question.
                agent: You said I have a question. I see.
                caller: Where is my order?
                agent: It is on its way. It comes tomorrow.
                caller: Oh thanks.
                agent: You are welcome. Goodbye!
                tool: {}
                tool: {"ok":true}
                1 hang-ups""", remembered(plain));
        assertEquals(End.AGENT_HANGUP, plain.told(Fact.HungUp.class).getLast().end());
        assertEquals(List.of("I have a question.", "Where is my order?", "Oh thanks."),
                plain.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList());
    }

    @Test
    void aToolIsUsedOnceWhoeverHoldsTheCall() throws Exception {
        Ways.leadToTheSame(AGENT, takeOver -> play(takeOver, "Where is my order?"), world -> {
            List<String> keys = world.wanted(CallTool.class).stream().map(CallTool::key).distinct().toList();
            return keys.size() + " uses";
        });
    }

    @Test
    void aToolIsAskedWithWhatTheBrainGaveAndTheNameOfItsKey() {
        World world = play(TakeOver.NEVER, "Where is my order?");

        CallTool call = world.wanted(CallTool.class).getFirst();
        assertEquals(
                new HttpRequest("GET", "https://shop.example.com/orders/7", Map.of("X-For", "Acme"), null, "shop", null, 3_000, 16_384, 0),
                call.request());
        assertEquals("CallTool[" + call.turn() + ", " + call.number() + ", order]", call.toString());
    }

    @Test
    void theBrainIsToldWhoItIsWhatWasSaidAndWhatItMayDo() {
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk);
        play(services, "I have a question.");

        BrainRequest asked = services.asked.getFirst();
        assertEquals("You answer for Acme.\n\nBe kind.", asked.instructions());
        assertEquals(List.of("order", "bye"), asked.tools().stream().map(BrainRequest.Offer::name).toList());
        assertEquals(
                List.of(Remark.agent("Welcome to Acme.", List.of()), Remark.agent("How can I help?", List.of()),
                        Remark.caller("I have a question.")),
                asked.history());
    }

    @Test
    void sentencesAreSpokenWhileTheBrainGoesOn() {
        PoliteServices services = new PoliteServices(request -> Thought.of("First of all, hello. Then something longer comes. And the end."));
        World world = play(services, "Hello there.");

        List<Speak> speaks = world.wanted(Speak.class);
        int first = world.effects.indexOf(speaks.get(2));
        assertEquals("First of all, hello.", speaks.get(2).text());
        assertTrue(first < world.effects.indexOf(speaks.get(3)));
        assertEquals(List.of("Then something longer comes.", "And the end."), spoken(world).subList(3, 5));
    }

    @Test
    void wordsOfTheGraphLeadOnWithoutTheBrain() {
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk);
        World world = play(services, "Please STOP it, now!");

        assertEquals(0, services.asked.size());
        assertEquals("As you like.", spoken(world).getLast());
        assertEquals(1, world.hangUps);
    }

    /// The caller interrupts the brain's answer, so long after its first sound.
    private static World interrupted(PoliteServices services, long afterMs) {
        World world = world(services, TakeOver.NEVER, "Tell me.");
        boolean[] done = {false};
        world.watcher = effect -> {
            if (!done[0] && effect instanceof ConversationEffect.Play play && play.turn() > 2) {
                done[0] = true;
                world.phone(afterMs, () -> world.give(new ConversationInput.SpeechStarted(200)));
            }
        };
        return world.run(30_000);
    }

    @Test
    void whoInterruptsStopsBrainAndMouthAndWhatWasHeardIsRemembered() {
        // given an answer whose second sentence begins behind 24 characters
        PoliteServices services = new PoliteServices(request -> Thought.of("One two three four five. Six seven eight. " + "More. ".repeat(300)));

        // when the caller interrupts in the middle of it
        World world = interrupted(services, 30L * PoliteServices.CHAR_MS);

        // then
        AskBrain asked = world.wanted(AskBrain.class).getFirst();
        assertTrue(world.effects.contains(new StopBrain(asked.turn())));
        assertTrue(world.effects.contains(new StopSpeaking(asked.turn())));
        assertTrue(world.effects.contains(new Clear(asked.turn())));
        assertTrue(remembered(world).toString().contains("agent: One two three four five. Six\n"), () -> remembered(world).toString());
    }

    @Test
    void anAnswerThatComesAfterItWasStoppedIsHeardByNobody() {
        // given services that stop nothing
        PoliteServices deaf = new PoliteServices(request -> Thought.of("One two three four five. " + "Six seven. ".repeat(30))) {
            @Override
            void answer(World world, long ms, String of, ConversationInput input) {
                super.answer(world, ms, "", input);
            }
        };

        World world = interrupted(deaf, 500);

        int stopped = world.wanted(AskBrain.class).getFirst().turn();
        int clear = world.effects.indexOf(new Clear(stopped));
        assertTrue(world.effects.subList(clear, world.effects.size()).stream().noneMatch(effect ->
                effect instanceof ConversationEffect.Play play && play.turn() <= stopped));
    }

    /// Services of which one does something else than it should.
    private static PoliteServices brains(Function<AskBrain, ConversationInput> wrong) {
        return new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {
                ConversationInput instead = wrong.apply(ask);
                if (instead == null) {
                    super.think(world, ask);
                } else {
                    asked.add(ask.request());
                    answer(world, 100, "", instead);
                }
            }
        };
    }

    private static BrainFailed failed(AskBrain ask, Kind kind) {
        return new BrainFailed(ask.turn(), ask.number(), new ServiceFailure(kind));
    }

    @Test
    void aBrainThatFailsIsAskedOnceMoreAndThenTheNextOne() {
        World world = play(brains(ask -> ask.brain() == 0 ? failed(ask, Kind.BROKEN) : null), "A question.");

        assertEquals(List.of(0, 0, 1), world.wanted(AskBrain.class).stream().map(AskBrain::brain).toList());
        assertTrue(spoken(world).contains("You said A question."));
    }

    @Test
    void aBrainThatRefusesTheKeyIsNotAskedAgain() {
        World world = play(brains(ask -> ask.brain() == 0 ? failed(ask, Kind.REFUSED) : null), "A question.");

        assertEquals(List.of(0, 1), world.wanted(AskBrain.class).stream().map(AskBrain::brain).toList());
    }

    private static void assertApology(World world) {
        assertEquals("I am sorry, I cannot go on.", spoken(world).getLast());
        assertEquals(new Fact.HungUp(End.AGENT_HANGUP), world.told(Fact.HungUp.class).getLast());
        assertTrue(world.told(Fact.Said.class).getLast().whole(), "the apology is heard before the call ends");
    }

    @Test
    void withoutABrainTheAgentApologizesAndHangsUp() {
        assertApology(play(brains(ask -> failed(ask, Kind.BUSY)), "A question."));
    }

    @Test
    void aBrainThatNeverAnswersIsLeftInTheEnd() {
        World world = play(
                brains(ask -> new BrainDone(ask.turn() - 1, ask.number(), 0, 0, 0)), "A question."); // an answer to something else

        assertApology(world);
        assertEquals(2, world.wanted(StopBrain.class).size());
    }

    @Test
    void anEmptyAnswerIsAskedForOnceMore() {
        World once = play(brains(ask -> ask.number() == 0 ? new BrainDone(ask.turn(), ask.number(), 9, 0, 0) : null), "A question.");
        World always = play(brains(ask -> new BrainDone(ask.turn(), ask.number(), 9, 0, 0)), "A question.");

        assertTrue(spoken(once).contains("You said A question."));
        assertApology(always);
    }

    @Test
    void anAnswerThatBreaksOffIsLeftAtWhatWasSaid() {
        World world = play(new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            void think(World world, AskBrain ask) {
                answer(world, 100, "", new BrainSaid(ask.turn(), ask.number(), "It is so. And furthermo"));
                answer(world, 200, "", failed(ask, Kind.BROKEN));
            }
        }, "A question.");

        assertEquals(1, world.wanted(AskBrain.class).size());
        assertTrue(spoken(world).contains("It is so."));
        assertFalse(String.join(" ", spoken(world)).contains("furthermo"));
    }

    private static PoliteServices mouths(Function<Speak, ServiceFailure> wrong) {
        return mouths(wrong, CascadeDialogueTest::clerk);
    }

    private static PoliteServices mouths(Function<Speak, ServiceFailure> wrong, Function<BrainRequest, Thought> brain) {
        return new PoliteServices(brain) {
            @Override
            void speak(World world, Speak speak) {
                ServiceFailure instead = wrong.apply(speak);
                if (instead == null) {
                    super.speak(world, speak);
                } else {
                    answer(world, 50, "", new MouthFailed(speak.turn(), speak.number(), instead));
                }
            }
        };
    }

    @Test
    void ofALineThatAMouthBreaksOffOnlyWhatWasSaidIsRemembered() {
        for (List<ConversationInput.Word> words : List.of(List.<ConversationInput.Word>of(), PoliteServices.words("Welcome to Acme."))) {
            PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
                @Override
                void speak(World world, Speak speak) {
                    if (speak.mouth() > 0) {
                        super.speak(world, speak);
                        return;
                    }
                    answer(world, 40, "", new MouthSpoke(speak.turn(), speak.number(), Slice.of(new byte[900 * 8]), words));
                    answer(world, 50, "", new MouthFailed(speak.turn(), speak.number(), new ServiceFailure(Kind.REFUSED)));
                }
            };

            World world = play(services, "A question.");

            assertEquals("Welcome to", Story.memory(world).path("history").path(0).path("text").asString());
            assertEquals("Welcome to Acme.", spoken(world).getFirst());
            assertEquals("Welcome to", world.told(Fact.Said.class).getFirst().text(), "what is told of the turn is what is remembered of it");
        }
    }

    @Test
    void aTextThatOneMouthDoesNotSpeakIsSpokenByAnother() {
        World world = play(mouths(speak -> speak.mouth() == 0 ? new ServiceFailure(Kind.BROKEN) : null), "A question.");

        assertEquals(List.of("Welcome to Acme.", "Welcome to Acme.", "Welcome to Acme.", "How can I help?"), spoken(world).subList(0, 4));
        assertTrue(world.told(Fact.Said.class).stream().allMatch(Fact.Said::whole));
    }

    @Test
    void behindTheLastMouthAVoiceThatNeedsNoneApologizes() {
        World world = play(mouths(speak -> speak.mouth() < 2 ? new ServiceFailure(Kind.REFUSED) : null), "A question.");

        assertEquals(List.of("Welcome to Acme.", "Welcome to Acme.", "I am sorry, I cannot go on."), spoken(world));
        assertEquals(List.of(0, 1, 2), world.wanted(Speak.class).stream().map(Speak::mouth).toList());
        assertEquals(End.AGENT_HANGUP, world.told(Fact.HungUp.class).getLast().end());
    }

    @Test
    void behindTheLastMouthTheWayForTroubleIsTaken() {
        Story story = Story.of("""
                "settings": {"trouble": {"say": "I am sorry.", "go": "person"}},
                "nodes": {"start": {"type": "agent", "say": "Hello.", "prompt": "Help."},
                          "person": {"type": "transfer", "say": "I put you through.", "to": "+15550130", "on_failure": "nobody"},
                          "nobody": {"type": "hangup", "say": "Nobody is there."}}""").with(request -> Thought.of("You are welcome. Bye."));
        boolean[] talked = {false};

        World world = story.play(mouths(speak -> {
            talked[0] |= speak.text().equals("You are welcome.");
            return talked[0] && speak.mouth() < 2 ? new ServiceFailure(Kind.REFUSED) : null;
        }, story.brain()), TakeOver.NEVER, "Thank you.");

        assertEquals(List.of("Hello.", "You are welcome.", "You are welcome.", "I put you through."), spoken(world));
        assertEquals(1, world.told(Fact.TransferAsked.class).size());
        assertEquals(End.TRANSFERRED, world.told(Fact.HungUp.class).getLast().end());
    }

    @Test
    void whatIsAboutToEndIsEndedByTheVoiceThatNeedsNone() {
        Story story = Story.of("\"nodes\": {\"start\": {\"type\": \"hangup\", \"say\": \"Goodbye.\"}}");

        World world = story.play(mouths(speak -> speak.mouth() < 2 ? new ServiceFailure(Kind.REFUSED) : null), TakeOver.NEVER);

        assertEquals(List.of("Goodbye.", "Goodbye.", "Goodbye."), spoken(world));
        assertEquals(End.AGENT_HANGUP, world.told(Fact.HungUp.class).getLast().end());
    }

    @Test
    void withoutAMouthTheCallEndsWithACauseOfOurs() {
        World world = play(mouths(speak -> new ServiceFailure(Kind.REFUSED)), "A question.");

        assertEquals(new HangUp(Failure.INTERNAL_ERROR), world.wanted(HangUp.class).getLast());
    }

    @Test
    void aMouthThatNeverSpeaksIsLeftForAnother() {
        World world = play(new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            void speak(World world, Speak speak) {
                if (speak.mouth() > 0) {
                    super.speak(world, speak);
                }
            }
        }, "A question.");

        assertTrue(spoken(world).contains("You said A question."));
    }

    @Test
    void anEarThatFailsIsReplacedAndWithoutOneTheAgentApologizes() {
        // given ears that break as soon as they are asked
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                if (effect instanceof FinishHearing finish) {
                    answer(world, 10, "", new EarFailed(finish.ear(), new ServiceFailure(Kind.BROKEN)));
                } else {
                    super.perform(world, effect);
                }
            }
        };

        World world = play(services, "A question.");

        assertEquals(List.of(0, 0, 1, 1), world.wanted(OpenEar.class).stream().map(OpenEar::service).toList());
        assertApology(world);
    }

    @Test
    void wordsThatTheEarNeverGivesAreNotWaitedFor() {
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                if (!(effect instanceof FinishHearing finish) || finish.ear() > 1) {
                    super.perform(world, effect);
                }
            }
        };

        World world = play(services, "A question.");

        assertEquals(List.of(1, 2), world.wanted(OpenEar.class).stream().map(OpenEar::ear).toList());
        assertTrue(spoken(world).contains("You said A question."), () -> spoken(world).toString());
    }

    @Test
    void whoIsNotWaitedForAnyLongerIsNamedOnceItIsBrokenOff() {
        // given services of which the first of each kind says nothing
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                boolean isSilent = (effect instanceof FinishHearing finish && finish.ear() == 1)
                        || (effect instanceof AskBrain ask && ask.brain() == 0)
                        || (effect instanceof Speak speak && speak.mouth() == 0);
                if (!isSilent) {
                    super.perform(world, effect);
                }
            }
        };

        World world = play(services, "A question.");

        assertEquals(
                List.of(
                        new GaveUp(ServiceKind.MOUTH, 0, Speaking.LIMIT_MS), new GaveUp(ServiceKind.EAR, 0, FinishHearing.LIMIT_MS),
                        new GaveUp(ServiceKind.BRAIN, 0, Thinking.LIMIT_MS)),
                world.wanted(GaveUp.class));
        for (GaveUp each : world.wanted(GaveUp.class)) { // behind what breaks it off: what comes of that is nothing any more
            ConversationEffect before = world.effects.get(world.effects.indexOf(each) - 1);
            assertTrue(each.kind() == ServiceKind.EAR || before instanceof StopBrain || before instanceof StopSpeaking, () -> before.toString());
        }
    }

    /// What they have sent meanwhile waits to be read.
    @Test
    void whoIsLateBecauseWeStoodStillIsNotNamed() {
        // given services of which the first of each kind says nothing, and a worker that stands still for three seconds when it would miss that
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                long limitMs = switch (effect) {
                    case FinishHearing finish when finish.ear() == 1 -> FinishHearing.LIMIT_MS;
                    case AskBrain ask when ask.brain() == 0 -> Thinking.LIMIT_MS;
                    case Speak speak when speak.mouth() == 0 -> Speaking.LIMIT_MS;
                    default -> 0;
                };
                if (limitMs > 0) {
                    world.after(limitMs - 1, () -> world.nowMs += 3_000);
                } else {
                    super.perform(world, effect);
                }
            }
        };

        World world = play(services, "A question.");

        assertEquals(List.of(), world.wanted(GaveUp.class));
        assertTrue(spoken(world).contains("You said A question."), () -> spoken(world).toString());
    }

    @Test
    void aMouthThatNeverEndsIsNotWaitedForWhateverItSends() {
        // given a mouth that sends a moment's audio every few seconds
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            void speak(World world, Speak speak) {
                for (int n = 0; n < 100 && speak.mouth() == 0; n++) {
                    answer(world, 100 + n * 5_000L, "mouth " + speak.turn(), new MouthSpoke(speak.turn(), speak.number(), Slice.of(new byte[80]), List.of()));
                }
                if (speak.mouth() > 0) {
                    super.speak(world, speak);
                }
            }
        };

        World world = play(services, "A question.");

        assertEquals(ServiceKind.MOUTH, world.wanted(GaveUp.class).getFirst().kind());
        assertTrue(spoken(world).contains("You said A question."));
    }

    @Test
    void wordsWithoutAudioAreNothingToWaitForAndOfTooManyNoneAreKept() {
        // given a mouth that tells a thousand words every second, and sends nothing else
        List<ConversationInput.Word> words = Collections.nCopies(1_000, new ConversationInput.Word("word", 0, 1));
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            void speak(World world, Speak speak) {
                for (int n = 0; n < 100 && speak.mouth() == 0; n++) {
                    answer(world, 100 + n * 1_000L, "mouth " + speak.turn(), new MouthSpoke(speak.turn(), speak.number(), Slice.EMPTY, words));
                }
                if (speak.mouth() > 0) {
                    super.speak(world, speak);
                }
            }
        };

        World world = play(services, "A question.");

        assertEquals(new GaveUp(ServiceKind.MOUTH, 0, Speaking.LIMIT_MS), world.wanted(GaveUp.class).getFirst());
        assertTrue(spoken(world).contains("You said A question."));
    }

    @Test
    void aBrainThatFindsTheConversationTooLongIsToldLessOfIt() {
        // given brains of which the first takes little
        String[] questions = new String[6];
        for (int n = 0; n < questions.length; n++) {
            questions[n] = "Question " + n + " is " + "long ".repeat(80).strip() + ".";
        }
        PoliteServices services = new PoliteServices(request -> Thought.of("Fine.")) {
            @Override
            void think(World world, AskBrain ask) {
                if (ask.brain() == 0 && ask.request().history().stream().mapToInt(Remark::chars).sum() > 1_500) {
                    answer(world, 50, "", new BrainFailed(ask.turn(), ask.number(), new ServiceFailure(Kind.TOO_LONG)));
                } else {
                    super.think(world, ask);
                }
            }
        };

        World world = world(services, TakeOver.NEVER, questions).run(300_000);

        assertEquals(6, spoken(world).stream().filter("Fine."::equals).count());
        assertTrue(world.wanted(AskBrain.class).stream().allMatch(ask -> ask.brain() == 0));
        BrainRequest last = services.asked.getLast();
        assertEquals(questions[5], last.history().getLast().text());
        assertFalse(last.history().stream().anyMatch(remark -> remark.text().equals(questions[0])));
    }

    @Test
    void aBrainThatFindsTooLongAlsoWhatIsShortIsLeftForTheNext() {
        PoliteServices services = new PoliteServices(request -> Thought.of("Fine.")) {
            @Override
            void think(World world, AskBrain ask) {
                if (ask.brain() == 0) {
                    answer(world, 50, "", new BrainFailed(ask.turn(), ask.number(), new ServiceFailure(Kind.TOO_LONG)));
                } else {
                    super.think(world, ask);
                }
            }
        };

        World world = play(services, "A question that is " + "long ".repeat(300).strip() + ".");

        List<AskBrain> asked = world.wanted(AskBrain.class);
        assertEquals(List.of(0, 0, 1), asked.stream().map(AskBrain::brain).toList());
        assertEquals(asked.getFirst().request().history(), asked.getLast().request().history(), "what one brain finds too long another may take");
    }

    @Test
    void theNextBrainIsToldAllOfWhatWasTooLongForTheOneBefore() {
        // given a first brain that takes little, and then nothing any more
        String[] questions = new String[6];
        for (int n = 0; n < questions.length; n++) {
            questions[n] = "Question " + n + " is " + "long ".repeat(80).strip() + ".";
        }
        PoliteServices services = new PoliteServices(request -> Thought.of("Fine.")) {
            @Override
            void think(World world, AskBrain ask) {
                Kind kind = ask.request().history().getLast().text().equals(questions[5]) ? Kind.REFUSED : Kind.TOO_LONG;
                boolean isLong = ask.request().history().stream().mapToInt(Remark::chars).sum() > 1_500;
                if (ask.brain() == 0 && (isLong || kind == Kind.REFUSED)) {
                    answer(world, 50, "", failed(ask, kind));
                } else {
                    super.think(world, ask);
                }
            }
        };

        World world = world(services, TakeOver.NEVER, questions).run(300_000);

        AskBrain last = world.wanted(AskBrain.class).getLast();
        assertEquals(1, last.brain());
        assertTrue(last.request().history().stream().anyMatch(remark -> remark.text().equals(questions[0])));
    }

    /// A caller of whom so many turns are heard and nothing is understood.
    private static World mumbled(int turns, long speechMs) {
        return mumbled(new PoliteServices(CascadeDialogueTest::clerk), turns, speechMs);
    }

    private static World mumbled(PoliteServices services, int turns, long speechMs) {
        World world = world(services, TakeOver.NEVER);
        int[] said = {0};
        boolean[] busy = {false};
        world.caller = each -> {
            if (each.isAsked() && !busy[0] && said[0] < turns) {
                busy[0] = true;
                said[0]++;
                each.phone(500, () -> each.give(new ConversationInput.SpeechStarted(0)));
                each.phone(500 + speechMs + 500, () -> {
                    busy[0] = false;
                    each.give(new ConversationInput.SpeechStopped(speechMs, 500));
                });
            }
        };
        return world.run(60_000);
    }

    private static List<Integer> ears(World world) {
        return world.wanted(OpenEar.class).stream().map(OpenEar::service).toList();
    }

    @Test
    void anEarThatUnderstandsNothingTurnAfterTurnIsReplaced() {
        assertEquals(List.of(0), ears(mumbled(Hearing.MAX_WORDLESS - 1, 1_000)));
        assertEquals(List.of(0, 1), ears(mumbled(Hearing.MAX_WORDLESS, 1_000)));
        assertEquals(List.of(0, 1, 0), ears(mumbled(2 * Hearing.MAX_WORDLESS, 1_000)), "the first one was well, for all that is known");
        assertEquals(List.of(new GaveUp(ServiceKind.EAR, 0, 0)), mumbled(Hearing.MAX_WORDLESS, 1_000).wanted(GaveUp.class));
        assertEquals(List.of(0), ears(mumbled(2 * Hearing.MAX_WORDLESS, 300)), "a noise is nothing to be understood");
    }

    /// A healthy ear is not left for good for one that is not there.
    @Test
    void whereTheNextEarFailsTheFirstOneIsTakenAgain() {
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            public void perform(World world, ServiceEffect effect) {
                super.perform(world, effect);
                if (effect instanceof OpenEar open && open.service() == 1) {
                    answer(world, 10, "", new EarFailed(open.ear(), new ServiceFailure(Kind.REFUSED)));
                }
            }
        };

        World world = mumbled(services, Hearing.MAX_WORDLESS, 1_000);

        assertEquals(List.of(0, 1, 0), ears(world));
        assertEquals("Are you there?", spoken(world).get(2));
    }

    @Test
    void aNoiseThatHasNoWordsIsNotAnswered() {
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk);
        World world = world(services, TakeOver.NEVER);
        boolean[] done = {false};
        world.caller = each -> {
            if (each.isAsked() && !done[0]) {
                done[0] = true;
                each.phone(500, () -> each.give(new ConversationInput.SpeechStarted(0)));
                each.phone(900, () -> each.give(new ConversationInput.SpeechStopped(300, 100)));
            }
        };
        world.run(20_000);

        assertEquals(0, services.asked.size());
        assertEquals(0, world.told(Fact.Understood.class).size());
        assertTrue(spoken(world).contains("Are you there?"));
    }

    /// The caller makes a sound of that kind in the middle of the brain's answer, which is complete by then.
    private static World soundInTheAnswer(String words, long lastsMs) {
        PoliteServices services = new PoliteServices(request -> Thought.of("One two three four five six seven eight nine ten."));
        World world = world(services, TakeOver.NEVER, "Tell me.");
        boolean[] done = {false};
        world.watcher = effect -> {
            if (!done[0] && effect instanceof ConversationEffect.Play play && play.turn() > 2) {
                done[0] = true;
                world.phone(24L * PoliteServices.CHAR_MS, () -> {
                    services.said = words;
                    world.give(new ConversationInput.SpeechStarted(200));
                });
                world.phone(24L * PoliteServices.CHAR_MS + lastsMs, () -> world.give(new ConversationInput.SpeechStopped(lastsMs, 200)));
            }
        };
        return world.run(30_000);
    }

    @Test
    void aShortSoundThatMeansNothingInterruptsNothing() {
        for (String nothing : List.of("", "Mhm.", "Okay, right.")) {
            World world = soundInTheAnswer(nothing, 300);

            assertEquals(List.of(), world.told(Fact.Interrupted.class), nothing);
            assertFalse(spoken(world).contains("six seven eight nine ten."), () -> nothing + spoken(world));
            assertEquals(List.of("Tell me."), world.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList());
            assertTrue(remembered(world).toString().contains("One two three four five six seven eight nine ten."));
        }
    }

    @Test
    void anInterruptionThatWasNoneIsGoneOnFromWhereItCame() {
        for (String nothing : List.of("", "Mhm.", "Okay, right.")) {
            World world = soundInTheAnswer(nothing, 1_200);

            assertTrue(spoken(world).contains("six seven eight nine ten."), () -> nothing + spoken(world));
            assertTrue(remembered(world).toString().contains("One two three four five six seven eight nine ten."));
        }
    }

    @Test
    void anInterruptionThatMeansSomethingIsAnswered() {
        for (long lastsMs : new long[] {300, 1_200}) {
            World world = soundInTheAnswer("Okay, but how much?", lastsMs);

            assertFalse(spoken(world).contains("six seven eight nine ten."));
            assertTrue(remembered(world).toString().contains("agent: One two three four five\ncaller: Okay, but how much?"));
        }
    }

    @Test
    void aToolThatHangsIsNotWaitedForAndTheBrainIsToldSo() {
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk) {
            @Override
            void use(World world, CallTool call) {}
        };

        World world = play(services, "Where is my order?");

        assertEquals(Tooling.TIMEOUT, services.asked.getLast().history().getLast().text());
        assertTrue(spoken(world).contains("It comes tomorrow."));
    }

    @Test
    void whoSaysNothingIsAskedAndThenTakenLeaveOf() {
        World world = play(new PoliteServices(CascadeDialogueTest::clerk));

        assertEquals(List.of("Are you there?", "Goodbye then."), spoken(world).subList(2, 4));
        assertTrue(world.told(Fact.Said.class).getLast().whole(), "the goodbye is heard before the call ends");
        assertEquals(1, world.hangUps);
    }

    @Test
    void aWordOfTheCallersThatWasSaidIntoALineIsNoAnswerLater() {
        // given a caller who says "mhm" while the greeting is spoken, which ends as it was
        PoliteServices services = new PoliteServices(CascadeDialogueTest::clerk);
        World world = world(services, TakeOver.NEVER, "A question.");
        world.phone(900, () -> world.give(new WordsEnded(1, "Mhm.")));
        world.run(60_000);

        assertEquals(List.of("A question."), world.told(Fact.Understood.class).stream().map(Fact.Understood::text).toList());
    }

    @Test
    void nothingThatWasSaidIsPrinted() {
        World world = play(new PoliteServices(CascadeDialogueTest::clerk), "My number is 4711.");

        String printed = world.state.dialogue() + " " + world.facts.stream().filter(each -> !(each instanceof Fact.Said)).toList()
                + world.effects.stream().filter(AskBrain.class::isInstance).toList() + world.wanted(Speak.class);
        assertFalse(printed.contains("4711") || printed.contains("Welcome"), printed);
    }
}
