package io.agentstream.agents.dialogue;

import io.agentstream.agents.conversation.Remark;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;

/// Makes what is remembered fit: long results of tools become their beginnings first, the oldest first; then the oldest remarks are
/// forgotten. What the caller said last, and what came of it, is what a brain is to answer: it is shortened at the very end, and never
/// forgotten but for the oldest parts of a turn that is longer than everything. Pure.
final class Trimming {

    /// What is left of a long result.
    static final int SHORT_CHARS = 1_000;

    /// What is left of any remark where even that is too much.
    private static final int SHORTEST_CHARS = 200;

    private final List<Remark> all;
    private final int maxRemarks;
    private final int maxChars;

    private Trimming(List<Remark> all, int maxRemarks, int maxChars) {
        this.all = all;
        this.maxRemarks = maxRemarks;
        this.maxChars = maxChars;
    }

    static List<Remark> fitted(List<Remark> remarks, int maxRemarks, int maxChars) {
        Trimming trimming = new Trimming(new ArrayList<>(remarks), maxRemarks, maxChars);
        trimming.fit();
        return List.copyOf(trimming.all);
    }

    private void fit() {
        shorten(SHORT_CHARS, false);
        while (!fits() && newest() > 0) {
            forget(0);
        }
        while (all.size() > maxRemarks && all.size() > 2) { // a turn of its own: the caller's words stay
            forget(all.getFirst().by() == Remark.By.CALLER ? 1 : 0);
        }
        shorten(SHORTEST_CHARS, false);
        shorten(maxChars / Math.max(1, all.size()), true);
    }

    private boolean fits() {
        return all.size() <= maxRemarks && chars() <= maxChars;
    }

    private int chars() {
        return all.stream().mapToInt(Remark::chars).sum();
    }

    /// Where the newest exchange begins: with what the caller said last.
    private int newest() {
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).by() == Remark.By.CALLER) {
                return i;
            }
        }
        return all.size() - 1 - results();
    }

    /// How many results stand at the end: they belong to the remark before them.
    private int results() {
        int results = 0;
        while (results < all.size() - 1 && all.get(all.size() - 1 - results).by() == Remark.By.TOOL) {
            results++;
        }
        return results;
    }

    private void forget(int at) {
        all.remove(at);
        while (at < all.size() && all.get(at).by() == Remark.By.TOOL) { // a result without its use is none
            all.remove(at);
        }
    }

    /// @param texts whether not only what tools were given and gave becomes shorter
    private void shorten(int toChars, boolean texts) {
        int chars = chars();
        for (int i = 0; i < all.size() && chars > maxChars; i++) {
            Remark before = all.get(i);
            Remark after = shortened(before, toChars, texts);
            chars += after.chars() - before.chars();
            all.set(i, after);
        }
    }

    private static Remark shortened(Remark remark, int toChars, boolean texts) {
        String text = texts || remark.by() == Remark.By.TOOL ? shortened(remark.text(), toChars) : remark.text();
        List<Remark.Use> uses = remark.uses().stream()
                .map(use -> use.arguments().length() <= toChars ? use : new Remark.Use(use.id(), use.tool(), "{}")) // half of JSON is none
                .toList();
        return new Remark(remark.by(), text, uses, remark.use());
    }

    private static String shortened(String text, int toChars) {
        return text.length() <= toChars ? text : WellFormed.beginning(text, Math.max(0, toChars - 1)) + "…";
    }
}
