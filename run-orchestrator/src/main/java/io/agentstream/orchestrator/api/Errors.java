package io.agentstream.orchestrator.api;

import java.util.ArrayList;
import java.util.List;

/// Collects what is wrong with one request, so that its sender hears everything at once: at most [#MAX] things, each with
/// at most [#MAX_FIELD_CHARACTERS] of the field's name. One thread.
final class Errors {
    private static final int MAX = 50;
    private static final int MAX_FIELD_CHARACTERS = 120;

    private final List<FieldError> errors = new ArrayList<>();

    void add(String field, String message) {
        if (errors.size() < MAX) {
            String name = field.length() <= MAX_FIELD_CHARACTERS
                    ? field
                    : field.substring(0, MAX_FIELD_CHARACTERS) + "...";
            errors.add(new FieldError(name, message));
        }
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    Reply reply() {
        return Reply.badRequest(errors);
    }
}
