package io.agentstream.runtime;

import java.util.List;

/// What a machine answers to an input: its next state, and what is to be done, in order. The machine does none of it itself.
public record Step<S, E>(S state, List<E> effects) {

    @SafeVarargs
    @SuppressWarnings("varargs") // List.of copies the array
    public static <S, E> Step<S, E> to(S state, E... effects) {
        return new Step<>(state, List.of(effects));
    }

    public static <S, E> Step<S, E> stay(S state) {
        return new Step<>(state, List.of());
    }
}
