package io.agentstream.orchestrator.store;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A range of one of the indices of runs: the columns in front of time and number, each with one value.
record RunRange(List<String> columns, List<Object> values, String condition, List<Equal> equals) {

    /// As in the indices of V11.
    static final int INDEXED_CHARACTERS = 40;

    private static final String CALLER = "r.initial_context ->> 'caller_number'";
    private static final String CALLED = "r.initial_context ->> 'called_number'";

    /// Of runs that are found in another way.
    static final RunRange NONE = new RunRange(List.of(), List.of(), "", List.of());

    static RunRange of(long organizationId, RunFilter filter) {
        List<Equal> equals = Equal.all(filter);
        if (equals.isEmpty()) {
            return new RunRange(List.of("r.organization_id"), List.of(organizationId), "", List.of());
        }
        Equal first = equals.getFirst();
        // An agent's runs have an index of their own. Whose the agent is was looked at before.
        if (first.column().equals("r.agent_id")) {
            return new RunRange(List.of(first.column()), List.of(first.value()), "", List.of(first));
        }
        String column = first.isText() ? "left(" + first.column() + ", " + INDEXED_CHARACTERS + ")" : first.column();
        Object value = first.isText() ? beginning((String) first.value()) : first.value();
        return new RunRange(
                List.of("r.organization_id", column),
                List.of(organizationId, value),
                first.isPartial() ? " and " + first.column() + " is not null" : "",
                List.of(first));
    }

    boolean fulfils(Equal equal) {
        return equals.contains(equal);
    }

    /// What is longer than the index knows has to be looked at whole.
    List<Equal> beyondTheIndexed() {
        return equals.stream()
                .filter(equal -> equal.isText() && !beginning((String) equal.value()).equals(equal.value()))
                .toList();
    }

    private static String beginning(String text) {
        return text.codePointCount(0, text.length()) <= INDEXED_CHARACTERS
                ? text
                : text.substring(0, text.offsetByCodePoints(0, INDEXED_CHARACTERS));
    }

    /// That a column has a value.
    ///
    /// @param isText whether the index has only the value's beginning
    /// @param isPartial whether only runs that have a value are in the index
    record Equal(String column, Object value, boolean isText, boolean isPartial) {

        /// All equalities of a filter, the ones that few runs are expected to fulfil first.
        static List<Equal> all(RunFilter filter) {
            List<Equal> equals = new ArrayList<>();
            text(equals, CALLER, filter.caller());
            text(equals, CALLED, filter.called());
            add(equals, "r.failure_code", filter.failure(), true);
            add(equals, "r.end_by", filter.end(), true);
            RunState state = filter.state();
            String text = state == null ? null : state.text();
            // Most runs are completed, and nearly all of an agent are.
            boolean isCommon = state == RunState.COMPLETED;
            add(equals, "r.state", isCommon ? null : text, false);
            add(equals, "r.agent_id", filter.agentId(), false);
            add(equals, "r.state", isCommon ? text : null, false);
            return equals;
        }

        private static void text(List<Equal> equals, String column, @Nullable String value) {
            if (value != null) {
                equals.add(new Equal("(" + column + ")", value, true, true));
            }
        }

        private static void add(List<Equal> equals, String column, @Nullable Object value, boolean isPartial) {
            if (value != null) {
                equals.add(new Equal(column, value, false, isPartial));
            }
        }
    }
}
