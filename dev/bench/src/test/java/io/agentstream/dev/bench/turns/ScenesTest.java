package io.agentstream.dev.bench.turns;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Patience;
import io.agentstream.audio.MuLaw;
import io.agentstream.audio.voice.FreeTtsVoice;
import io.agentstream.dev.bench.turns.Scene.Kind;
import io.agentstream.dev.bench.turns.Scene.Question;
import io.agentstream.dev.bench.turns.TurnDetector.Verdict;
import io.agentstream.dev.bench.turns.TurnDetector.What;
import io.agentstream.dev.simulator.caller.Speech;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The labelled set is what its labels say, and the figures are what a detector deserves.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ScenesTest {

    /// `mvn test -pl dev/bench -am -Dtest=ScenesTest -Ddocs.update=true -Dsurefire.failIfNoSpecifiedTests=false` writes it anew.
    private static final Path FIGURES = Path.of("../../docs/performance/turns.txt");

    /// In 60 ms of which 10 sound.
    private static final double SOUNDS = Speaker.SOUND / 3;


    private List<Scene> scenes = List.of();

    @BeforeAll
    void make() {
        scenes = Scenes.all(new FreeTtsVoice(), Scenes.REPORTED_SEED, Sentences.REPORTED);
    }

    private static double rms(Speech line, long fromMs, long toMs) {
        short[] samples = MuLaw.decode(Arrays.copyOfRange(line.mulaw(), (int) fromMs * 8, (int) toMs * 8));
        double sum = 0;
        for (short sample : samples) {
            sum += (double) sample * sample;
        }
        return Math.sqrt(sum / samples.length);
    }

    @Test
    void theSameSeedMakesTheSameSet() {
        List<Scene> again = Scenes.all(new FreeTtsVoice(), Scenes.REPORTED_SEED, Sentences.REPORTED);
        List<Scene> others = Scenes.all(new FreeTtsVoice(), Scenes.REPORTED_SEED + 1, Sentences.REPORTED);

        assertEquals(scenes.size(), again.size());
        for (int i = 0; i < scenes.size(); i++) {
            assertEquals(scenes.get(i).audio(), again.get(i).audio(), scenes.get(i).toString());
        }
        assertFalse(scenes.get(1).audio().equals(others.get(1).audio()), "another seed has other pauses");
    }

    @Test
    void everyKindIsInTheSet() {
        for (Kind kind : Kind.values()) {
            assertTrue(scenes.stream().filter(each -> each.kind() == kind).count() >= 10, kind.label());
        }
    }

    @Test
    void aTurnSoundsFromItsLabelToItsLabelAndIsStillAround() {
        assertAll(scenes.stream()
                .filter(each -> List.of(Kind.FLUENT, Kind.HESITANT, Kind.SHORT, Kind.INTERRUPTION, Kind.BACK_CHANNEL).contains(each.kind()))
                .map(each -> () -> {
                    assertTrue(rms(each.audio(), each.beginMs(), each.beginMs() + 60) > SOUNDS, each + " begins late");
                    assertTrue(rms(each.audio(), each.endMs() - 60, each.endMs()) > SOUNDS, each + " ends early");
                    assertTrue(rms(each.audio(), 0, each.beginMs() - 1) < SOUNDS, each + " sounds before");
                    assertTrue(rms(each.audio(), each.endMs() + 1, each.endMs() + Scenes.TAIL_MS - 1) < SOUNDS, each + " sounds after");
                }));
    }

    @Test
    void hesitantTurnsPauseForLongerThanTheyWould() {
        long fluentMs = lengthMs(Kind.FLUENT);
        long hesitantMs = lengthMs(Kind.HESITANT);

        assertTrue(hesitantMs > fluentMs * 1.2, hesitantMs + " and " + fluentMs);
    }

    private long lengthMs(Kind kind) {
        return scenes.stream().filter(each -> each.kind() == kind).mapToLong(each -> each.endMs() - each.beginMs()).sum();
    }

    @Test
    void whoKnowsTheLabelsHasNoFault() {
        List<Scene> turns = scenes.stream().filter(each -> each.kind().question() == Question.END).toList();
        TurnDetector oracle = scene -> List.of(
                new Verdict(What.SILENT, scene.beginMs() + 20), new Verdict(What.BEGINS, scene.beginMs() + 20),
                new Verdict(What.ENDS, scene.endMs() + 20));

        assertEquals(new TurnEnds(3, 0, 0, List.of(20L, 20L, 20L)), TurnEnds.of(oracle, turns.subList(0, 3)));
        assertEquals(new BargeIns(3, 3, 3, List.of(20L, 20L, 20L), List.of()), BargeIns.of(oracle, turns.subList(0, 3)));
    }

    @Test
    void whoIsHastyCutsAndWhoNeverDecidesMisses() {
        List<Scene> two = scenes.subList(0, 2);

        assertEquals(2, TurnEnds.of(scene -> List.of(new Verdict(What.ENDS, 800)), two).cut());
        assertEquals(2, TurnEnds.of(scene -> List.of(), two).missed());
        assertEquals(0, BargeIns.of(scene -> List.of(), two).cut());
    }

    @Test
    void whatIsNoReasonToStopIsWrongWhereItStops() {
        List<Scene> coughs = scenes.stream().filter(each -> each.kind() == Kind.COUGH).toList();

        assertEquals(coughs.size(), BargeIns.of(scene -> List.of(new Verdict(What.BEGINS, 900)), coughs).cut());
        assertEquals(0, BargeIns.of(scene -> List.of(), coughs).cut());
    }

    @Test
    void whoFallsSilentAndGoesOnHasNotLostTheFloor() {
        List<Scene> one = scenes.subList(0, 1);

        BargeIns held = BargeIns.of(scene -> List.of(new Verdict(What.SILENT, 900), new Verdict(What.GOES_ON, 1_500)), one);

        assertEquals(new BargeIns(1, 1, 0, List.of(200L), List.of(600L)), held);
    }

    private BargeIns bargeIns(Question question) {
        return bargeIns(scenes.stream().filter(each -> each.kind().question() == question).toList());
    }

    private BargeIns bargeIns(Kind kind) {
        return bargeIns(scenes.stream().filter(each -> each.kind() == kind).toList());
    }

    private static BargeIns bargeIns(List<Scene> of) {
        return BargeIns.of(new FloorDetector(new Sounding(of), Patience.USUAL, SupposedEar.WORDS), of);
    }

    @Test
    void whoInterruptsIsNoticedWithin200MsNineteenTimesOfTwenty() {
        BargeIns found = bargeIns(Question.INTERRUPTS);

        assertEquals(1, found.silentShare());
        assertTrue(found.delayMs(0.95) <= 200, () -> found.delaysMs().toString());
    }

    @Test
    void noiseMusicAndCoughsAreNotTakenForThat() {
        for (Kind kind : List.of(Kind.NOISE, Kind.MUSIC, Kind.COUGH)) {
            assertEquals(0, bargeIns(kind).silent(), kind.label());
        }
    }

    @Test
    void patienceCutsFewerTurns() {
        List<Scene> hesitant = scenes.stream().filter(each -> each.kind() == Kind.HESITANT).toList();
        Voicing voicing = new Voicing();

        int hasty = TurnEnds.of(new SilenceDetector(voicing, 200), hesitant).cut();
        int patient = TurnEnds.of(new SilenceDetector(voicing, 2_800), hesitant).cut();

        assertTrue(hasty > hesitant.size() / 2, hasty + " of " + hesitant.size());
        assertEquals(0, patient);
    }

    @Test
    void thePageHasTodaysFigures() throws IOException {
        String figures = "./agent-stream turns\n\n" + TurnsReport.of(scenes);
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(FIGURES, figures);
        }

        assertEquals(Files.readString(FIGURES), figures, "the detector or the set has changed: see ScenesTest");
    }
}
