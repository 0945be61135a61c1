package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.BrainRequest;
import io.agentstream.agents.conversation.ConversationEffect.AskBrain;
import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.CutShort;
import io.agentstream.agents.conversation.ConversationEffect.FinishHearing;
import io.agentstream.agents.conversation.ConversationEffect.GaveUp;
import io.agentstream.agents.conversation.ConversationEffect.HearTurn;
import io.agentstream.agents.conversation.ConversationEffect.OpenEar;
import io.agentstream.agents.conversation.ConversationEffect.OpenSpeech;
import io.agentstream.agents.conversation.ConversationEffect.PressKeys;
import io.agentstream.agents.conversation.ConversationEffect.ServiceEffect;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationEffect.StopBrain;
import io.agentstream.agents.conversation.ConversationEffect.StopSpeaking;
import io.agentstream.agents.conversation.ConversationEffect.StopTool;
import io.agentstream.agents.conversation.ConversationEffect.TellSpeech;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.BrainCalled;
import io.agentstream.agents.conversation.ConversationInput.BrainDone;
import io.agentstream.agents.conversation.ConversationInput.BrainSaid;
import io.agentstream.agents.conversation.ConversationInput.BrainSpoke;
import io.agentstream.agents.conversation.ConversationInput.CallerQuoted;
import io.agentstream.agents.conversation.ConversationInput.MouthDone;
import io.agentstream.agents.conversation.ConversationInput.MouthSpoke;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.TransferAnswered;
import io.agentstream.agents.conversation.ConversationInput.Word;
import io.agentstream.agents.conversation.ConversationInput.WordsEnded;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.conversation.Remark;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.Transfer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Services that do what they are asked, in the time that good ones take, and stop when they are told to.
class PoliteServices implements World.Services {

    static final int CHAR_MS = 60;
    /// From here on numbers say that a sentence ends; there are as many sentences.
    private static final int ENDS = 128;
    private static final long RINGS_MS = 12_000;

    /// @param uses the tools that the brain wants used, with their arguments
    record Thought(String text, List<Remark.Use> uses) {
        static Thought of(String text) {
            return new Thought(text, List.of());
        }
    }

    final Function<BrainRequest, Thought> brain;
    private final List<String> sentences = new ArrayList<>();
    /// Results by tool.
    final Map<String, String> tools = new HashMap<>();
    /// Uses of tools by key, each with how often it was asked for.
    final Map<String, Integer> used = new HashMap<>();
    /// Transfers by key, each with how often it was asked for, and how they end.
    final Map<String, Integer> transfers = new HashMap<>();
    Transfer transfer = Transfer.CONNECTED;
    final List<BrainRequest> asked = new ArrayList<>();
    /// What the caller has said and nobody has asked for.
    String said = "";
    int ear;
    /// The turn that is heard by whoever hears, thinks and speaks in one; 0: none.
    private int heard;
    /// Whether one service hears, thinks and speaks; and what it has heard, by what stands in the history for it.
    boolean speaks;
    private final Map<String, String> sounds = new HashMap<>();
    /// How long such a one takes for the words of a turn: longer than for its answer.
    long quotesMs = 900;
    final List<CutShort> cuts = new ArrayList<>();
    final List<String> informed = new ArrayList<>();
    /// How often it was stopped, by what.
    private final Map<String, Integer> stops = new HashMap<>();

    PoliteServices(Function<BrainRequest, Thought> brain) {
        this.brain = brain;
    }

    @Override
    public void perform(World world, ServiceEffect effect) {
        switch (effect) {
            case Speak speak -> speak(world, speak);
            case PressKeys press -> press(world, press);
            case StopSpeaking stop -> stops.merge("mouth " + stop.turn(), 1, Integer::sum);
            case AskBrain ask -> think(world, ask);
            case StopBrain stop -> stops.merge("brain " + stop.turn(), 1, Integer::sum);
            case CallTool call -> use(world, call);
            case StopTool stop -> stops.merge("tool " + stop.turn() + " " + stop.number(), 1, Integer::sum);
            case OpenEar open -> ear = open.ear();
            case OpenSpeech open -> {
                ear = open.number();
                speaks = true;
                heard = 0;
            }
            case HearTurn hear -> heard = hear.turn();
            case TellSpeech tell -> informed.add(tell.text());
            case CutShort cut -> cuts.add(cut);
            case GaveUp _ -> { } // somebody else is asked
            case FinishHearing finish when heard > 0 -> {
                String words = said;
                int turn = heard;
                said = "";
                heard = 0;
                sounds.put(Living.unworded(turn), words);
                answer(world, quotesMs, "", new CallerQuoted(turn, words));
            }
            case FinishHearing finish -> {
                String words = said;
                said = "";
                answer(world, 250, "", new WordsEnded(finish.ear(), words));
            }
        }
    }

    /// @param of what must not be stopped by then
    void answer(World world, long ms, String of, ConversationInput input) {
        int before = stops.getOrDefault(of, 0);
        world.after(ms, () -> {
            if (stops.getOrDefault(of, 0) == before) {
                world.give(input);
            }
        });
    }

    void speak(World world, Speak speak) {
        String of = "mouth " + speak.turn();
        answer(world, 150, of, new MouthSpoke(
                speak.turn(), speak.number(), Slice.of(sound(speak.text())), words(speak.text())));
        answer(world, 160, of, new MouthDone(speak.turn(), speak.number()));
    }

    /// When the words of a text sound.
    static List<Word> words(String text) {
        List<Word> words = new ArrayList<>();
        int from = 0;
        for (String word : text.split(" ", -1)) {
            words.add(new Word(word, (long) from * CHAR_MS, (long) (from + word.length()) * CHAR_MS));
            from += word.length() + 1;
        }
        return words;
    }

    /// Sounds as long as it is, and each sentence of it so that it is known again: by a number, and another one in its last millisecond.
    private byte[] sound(String text) {
        byte[] sound = new byte[text.length() * CHAR_MS * 8];
        int from = 0;
        for (String sentence : Sentences.all(text)) {
            int number = sentences.contains(sentence) ? sentences.indexOf(sentence) : sentences.size() % ENDS;
            if (number == sentences.size()) {
                sentences.add(sentence);
            }
            int at = text.indexOf(sentence, from) * CHAR_MS * 8;
            from = text.indexOf(sentence, from) + sentence.length();
            Arrays.fill(sound, at, from * CHAR_MS * 8 - 8, (byte) number);
            Arrays.fill(sound, from * CHAR_MS * 8 - 8, from * CHAR_MS * 8, (byte) (number + ENDS));
        }
        return sound;
    }

    /// The sentences of what was heard that were heard to their end.
    List<String> heard(byte[] sound) {
        List<String> whole = new ArrayList<>();
        for (int at = 0; at < sound.length; at++) {
            int number = Byte.toUnsignedInt(sound[at]) - ENDS;
            if (number >= 0 && (at + 1 == sound.length || sound[at + 1] != sound[at])) {
                whole.add(sentences.get(number));
            }
        }
        return whole;
    }

    void press(World world, PressKeys press) {
        answer(world, 1, "mouth " + press.turn(), new MouthSpoke(
                press.turn(), press.number(), Slice.of(new byte[press.keys().length() * 1_600]), List.of()));
        answer(world, 2, "mouth " + press.turn(), new MouthDone(press.turn(), press.number()));
    }

    void think(World world, AskBrain ask) {
        asked.add(ask.request());
        String of = "brain " + ask.turn();
        Thought thought = brain.apply(understood(ask.request()));
        byte[] sound = sound(thought.text());
        long ms = 400;
        for (int from = 0; from < thought.text().length(); from += 9) {
            String piece = thought.text().substring(from, Math.min(from + 9, thought.text().length()));
            answer(world, ms += 16, of, speaks
                    ? new BrainSpoke(ask.turn(), ask.number(), piece, Slice.of(Arrays.copyOfRange(sound, from * CHAR_MS * 8, (from + piece.length()) * CHAR_MS * 8)))
                    : new BrainSaid(ask.turn(), ask.number(), piece));
        }
        for (Remark.Use use : thought.uses()) {
            answer(world, ms += 16, of, new BrainCalled(ask.turn(), ask.number(), use.id(), use.tool(), use.arguments()));
        }
        answer(world, ms + 16, of, new BrainDone(ask.turn(), ask.number(), 100, 0, 20));
    }

    /// Who has heard the caller needs no words.
    private BrainRequest understood(BrainRequest request) {
        return new BrainRequest(
                request.instructions(),
                request.history().stream()
                        .map(remark -> sounds.containsKey(remark.text()) ? Remark.caller(sounds.get(remark.text())) : remark)
                        .toList(),
                request.tools());
    }

    /// Rings for a while; the answer comes to whoever holds the call.
    @Override
    public void transfer(World world, Fact.TransferAsked asked) {
        transfers.merge(asked.key(), 1, Integer::sum);
        world.phone(RINGS_MS, () -> world.give(new TransferAnswered(asked.key(), transfer)));
    }

    void use(World world, CallTool call) {
        used.merge(call.key(), 1, Integer::sum);
        answer(world, 300, "tool " + call.turn() + " " + call.number(), new ToolAnswered(call.turn(), call.number(), false, tools.getOrDefault(call.tool(), "{}")));
    }
}
