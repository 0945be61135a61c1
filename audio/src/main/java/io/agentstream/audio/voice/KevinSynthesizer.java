package io.agentstream.audio.voice;

import com.sun.speech.freetts.FreeTTSSpeakableImpl;
import com.sun.speech.freetts.Item;
import com.sun.speech.freetts.OutputQueue;
import com.sun.speech.freetts.ProcessException;
import com.sun.speech.freetts.Token;
import com.sun.speech.freetts.Tokenizer;
import com.sun.speech.freetts.Utterance;
import com.sun.speech.freetts.UtteranceProcessor;
import com.sun.speech.freetts.diphone.DiphoneUnitSelector;
import com.sun.speech.freetts.en.us.cmu_us_kal.KevinVoiceDirectory;
import com.sun.speech.freetts.lexicon.Lexicon;
import com.sun.speech.freetts.relp.LPCResult;
import io.agentstream.audio.Pcm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// FreeTTS with its voice kevin16, run step by step in the calling thread: without FreeTTS's own threads, its search for
/// a properties file, and its habit of writing failures and their text to the console. One thread at a time.
final class KevinSynthesizer {

    /// Only a text of nothing but letters to spell comes to more. The rest is left out.
    private static final int MAX_AUDIO_SECONDS = 300;

    static final int SAMPLE_RATE_HZ = 16_000;
    private static final int MAX_TOKENS_PER_UTTERANCE = 100;

    /// The end of an opening pause, in which the first sound already begins.
    private static final int ONSET_MS = 40;

    /// FreeTTS drops the apostrophe and then has to guess.
    private static final Map<String, String> CONTRACTIONS = Map.of(
            "dont", "d ow1 n t", "isnt", "ih1 z ax n t", "arent", "aa1 r n t", "wasnt", "w aa1 z ax n t",
            "didnt", "d ih1 d ax n t", "doesnt", "d ah1 z ax n t", "couldnt", "k uh1 d ax n t",
            "wouldnt", "w uh1 d ax n t", "shouldnt", "sh uh1 d ax n t", "hasnt", "hh ae1 z ax n t");

    private final com.sun.speech.freetts.Voice voice;
    private final List<UtteranceProcessor> processors = new ArrayList<>();
    private final MemoryAudioPlayer player = new MemoryAudioPlayer();

    /// Loads dictionary and diphones: some 250 ms, and 18 MB of heap from then on.
    KevinSynthesizer() {
        voice = Arrays.stream(new KevinVoiceDirectory().getVoices())
                .filter(candidate -> candidate.getName().equals("kevin16"))
                .findFirst()
                .orElseThrow(() -> new VoiceException("FreeTTS has no voice kevin16"));
        // With a queue of our own, FreeTTS starts no thread to empty it. Nothing is ever posted to it.
        voice.setOutputQueue(new OutputQueue());
        try {
            voice.allocate();
        } catch (RuntimeException | Error failure) {
            // FreeTTS reports a missing or broken file as a bare Error.
            throw new VoiceException("FreeTTS cannot load its voice", failure);
        }
        for (Object processor : voice.getUtteranceProcessors()) {
            processors.add((UtteranceProcessor) processor);
        }
        Lexicon lexicon = voice.getLexicon();
        CONTRACTIONS.forEach((word, phones) -> lexicon.addAddendum(word, null, phones.split(" ")));
    }

    /// Speaks `text`, which is to be printable ASCII; nothing where there is no word in it.
    Pcm synthesize(String text) throws ProcessException {
        Tokenizer tokenizer = voice.getTokenizer();
        tokenizer.setInputText(text);
        @Nullable Token carried = null;
        List<short[]> spoken = new ArrayList<>();
        int played = 0;
        while ((carried != null || tokenizer.hasMoreTokens()) && played < MAX_AUDIO_SECONDS * SAMPLE_RATE_HZ) {
            List<Token> tokens = new ArrayList<>();
            if (carried != null) {
                tokens.add(carried);
                carried = null;
            }
            while (carried == null && tokenizer.hasMoreTokens()) {
                Token token = tokenizer.getNextToken();
                if (token.getWord().isEmpty()) {
                    continue;
                }
                // The token that comes after a break is the first of the next utterance.
                if (!tokens.isEmpty() && (tokenizer.isBreak() || tokens.size() >= MAX_TOKENS_PER_UTTERANCE)) {
                    carried = token;
                } else {
                    tokens.add(token);
                }
            }
            if (!tokens.isEmpty()) {
                short[] samples = process(tokens);
                spoken.add(samples);
                played += samples.length;
            }
        }
        return new Pcm(SAMPLE_RATE_HZ, joined(spoken, played));
    }

    private static short[] joined(List<short[]> pieces, int length) {
        short[] all = new short[Math.min(length, MAX_AUDIO_SECONDS * SAMPLE_RATE_HZ)];
        int at = 0;
        for (short[] piece : pieces) {
            int fits = Math.min(piece.length, all.length - at);
            System.arraycopy(piece, 0, all, at, fits);
            at += fits;
        }
        return all;
    }

    private short[] process(List<Token> tokens) throws ProcessException {
        Utterance utterance = new Utterance(voice, tokens);
        utterance.setSpeakable(new FreeTTSSpeakableImpl(""));
        for (UtteranceProcessor processor : processors) {
            if (processor instanceof DiphoneUnitSelector) {
                avoidMissingDiphones(utterance);
            }
            processor.processUtterance(utterance);
        }
        LPCResult wave = (LPCResult) utterance.getObject("target_lpcres");
        player.reset();
        wave.playWave(player, utterance);
        short[] samples = player.samples();
        silenceOpeningPause(utterance, samples);
        return samples;
    }

    /// The voice hums through the first part of the pause that every utterance opens with: that is no speech.
    private static void silenceOpeningPause(Utterance utterance, short[] samples) {
        Item opening = utterance.getRelation("Segment").getHead();
        if (opening != null && opening.toString().equals("pau")) {
            int pauseMs = Math.round(opening.getFeatures().getFloat("end") * 1_000);
            int hum = Math.max(0, pauseMs - ONSET_MS) * SAMPLE_RATE_HZ / 1_000;
            Arrays.fill(samples, 0, Math.min(hum, samples.length), (short) 0);
        }
    }

    /// The voice was recorded without a "y" before a consonant, complains on the console and leaves a hole. The vowel
    /// that is nearest to it exists in every company.
    private static void avoidMissingDiphones(Utterance utterance) {
        for (Item segment = utterance.getRelation("Segment").getHead(); segment != null; segment = segment.getNext()) {
            Item next = segment.getNext();
            if (next != null && segment.toString().equals("y") && "aeiou".indexOf(next.toString().charAt(0)) < 0) {
                segment.getFeatures().setString("name", "iy");
            }
        }
    }
}
