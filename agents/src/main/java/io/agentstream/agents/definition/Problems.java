package io.agentstream.agents.definition;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What is found wrong with a document, up to a bound. One thread at a time.
final class Problems {

    private final int max;
    private final Set<Problem> all = new LinkedHashSet<>();

    Problems(int max) {
        this.max = max;
    }

    void add(String field, String message) {
        add(new Problem(field, message));
    }

    void add(Problem problem) {
        if (all.size() < max) {
            all.add(problem);
        }
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    boolean isFull() {
        return all.size() >= max;
    }

    /// Whether something is wrong with exactly this field, and not only with what is in it.
    boolean has(String field) {
        return all.stream().anyMatch(problem -> problem.field().equals(field));
    }

    /// Whether anything is wrong with a part of the document.
    boolean isBad(String part) {
        return all.stream().anyMatch(problem -> problem.field().equals(part) || problem.field().startsWith(part + "."));
    }

    List<Problem> list() {
        return List.copyOf(all);
    }

    static String child(String at, String name) {
        return at.isEmpty() ? Problem.shown(name) : at + "." + Problem.shown(name);
    }
}
