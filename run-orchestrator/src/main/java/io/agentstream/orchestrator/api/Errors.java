package io.agentstream.orchestrator.api;

import io.agentstream.orchestrator.store.Jsonb;
import io.agentstream.schemas.WellFormed;
import java.util.ArrayList;
import java.util.List;

/// Collects what is wrong with one request, so that its sender hears everything at once: at most [#MAX] things, each with
/// at most [#MAX_FIELD_CHARACTERS] of the field's name. A name may be anything that was sent, and is made harmless. One thread.
final class Errors {
    private static final int MAX = 50;
    private static final int MAX_FIELD_CHARACTERS = 120;

    private final List<FieldError> errors = new ArrayList<>();

    void add(String field, String message) {
        if (errors.size() < MAX) {
            errors.add(new FieldError(Jsonb.harmless(cut(field)), message));
        }
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    Reply reply() {
        return Reply.badRequest(errors);
    }

    private static String cut(String field) {
        return WellFormed.characters(field) <= MAX_FIELD_CHARACTERS ? field : WellFormed.firstCharacters(field, MAX_FIELD_CHARACTERS) + "...";
    }
}
