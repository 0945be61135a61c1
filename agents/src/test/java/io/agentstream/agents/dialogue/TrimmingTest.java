package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.Remark;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TrimmingTest {

    private static List<Remark> fitted(List<Remark> remarks) {
        return Trimming.fitted(remarks, Memories.MAX_REMARKS, Memories.MAX_CHARS);
    }

    private static int chars(List<Remark> remarks) {
        return remarks.stream().mapToInt(Remark::chars).sum();
    }

    private static Remark uses(int count) {
        List<Remark.Use> uses = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            uses.add(new Remark.Use("use-" + n, "order", "{}"));
        }
        return Remark.agent("One moment.", uses);
    }

    @Test
    void whatFitsIsNotTouched() {
        List<Remark> remarks = List.of(Remark.caller("Hi."), Remark.agent("Hello.", List.of()));

        assertEquals(remarks, fitted(remarks));
    }

    @Test
    void longResultsBecomeTheirBeginningsAndTheCallersWordsStay() {
        List<Remark> remarks = new ArrayList<>(List.of(Remark.caller("Where are my orders?"), uses(8)));
        for (int n = 0; n < 8; n++) {
            remarks.add(Remark.result("use-" + n, "x".repeat(16_000)));
        }

        List<Remark> fitted = fitted(remarks);

        assertEquals(10, fitted.size());
        assertEquals(remarks.subList(0, 2), fitted.subList(0, 2));
        assertTrue(chars(fitted) <= Memories.MAX_CHARS, () -> chars(fitted) + " characters");
        assertTrue(fitted.stream().skip(2).allMatch(result -> result.text().length() >= Trimming.SHORT_CHARS));
    }

    @Test
    void theOldestIsForgottenBeforeTheNewest() {
        List<Remark> remarks = new ArrayList<>();
        for (int n = 0; n < 300; n++) {
            remarks.add(Remark.caller("Question " + n));
            remarks.add(Remark.agent("Answer " + n, List.of()));
        }

        List<Remark> fitted = fitted(remarks);

        assertEquals(remarks.subList(400, 600), fitted);
    }

    @Test
    void noResultIsLeftWithoutItsUse() {
        List<Remark> remarks = new ArrayList<>(List.of(uses(1), Remark.result("use-0", "{}")));
        for (int n = 0; n < 200; n++) {
            remarks.add(Remark.caller("Question " + n));
        }

        assertEquals(Remark.By.CALLER, fitted(remarks).getFirst().by());
    }

    @Test
    void aTurnThatIsLongerThanEverythingKeepsWhatTheCallerSaid() {
        List<Remark> remarks = new ArrayList<>(List.of(Remark.caller("Go.")));
        for (int n = 0; n < 150; n++) {
            remarks.add(uses(1));
            remarks.add(Remark.result("use-0", "y".repeat(16_000)));
        }

        List<Remark> fitted = fitted(remarks);

        assertEquals("Go.", fitted.getFirst().text());
        assertTrue(fitted.size() <= Memories.MAX_REMARKS && chars(fitted) <= Memories.MAX_CHARS, () -> chars(fitted) + " characters");
    }

    @Test
    void whatTheCallerSaidAtLengthIsShortenedAndNotForgotten() {
        List<Remark> fitted = fitted(List.of(Remark.agent("Hello.", List.of()), Remark.caller("z".repeat(70_000))));

        assertEquals(Remark.By.CALLER, fitted.getLast().by());
        assertTrue(chars(fitted) <= Memories.MAX_CHARS);
    }
}
