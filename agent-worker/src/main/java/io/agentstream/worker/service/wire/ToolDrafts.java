package io.agentstream.worker.service.wire;

import io.agentstream.worker.service.Brain;
import io.agentstream.worker.service.Thought.ToolCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tool calls as they come in fragments: some servers send whole ones, some repeat the name, some give all the same index. One thread.
public final class ToolDrafts {

    private static final int MAX_ID_CHARACTERS = 256;
    private static final int MAX_NAME_CHARACTERS = 128;

    private static final class Draft {
        private final int index;
        private String id = "";
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();

        private Draft(int index) {
            this.index = index;
        }
    }

    private final List<Draft> drafts = new ArrayList<>();
    private int characters;

    /// @param index which call it belongs to, by the service's count
    /// @param id empty where this fragment does not say
    /// @param name empty where this fragment does not say
    /// @param arguments to be put behind those before
    public void add(int index, String id, String name, String arguments) throws ServiceException {
        Draft draft = draft(index, id);
        if (draft.id.isEmpty()) {
            draft.id = id;
        }
        if (draft.name.isEmpty()) {
            draft.name = name;
        }
        draft.arguments.append(arguments);
        characters += arguments.length();
        if (characters > Brain.MAX_ANSWER_CHARACTERS || id.length() > MAX_ID_CHARACTERS || name.length() > MAX_NAME_CHARACTERS) {
            throw Broken.because("a tool call that is too long");
        }
    }

    private Draft draft(int index, String id) throws ServiceException {
        Draft found = last(index);
        if (found != null && (id.isEmpty() || found.id.isEmpty() || found.id.equals(id))) {
            return found;
        }
        if (drafts.size() >= Brain.MAX_TOOL_CALLS) {
            throw Broken.because("more than " + Brain.MAX_TOOL_CALLS + " tool calls");
        }
        Draft added = new Draft(index);
        drafts.add(added);
        return added;
    }

    private @Nullable Draft last(int index) {
        for (int i = drafts.size() - 1; i >= 0; i--) {
            if (drafts.get(i).index == index) {
                return drafts.get(i);
            }
        }
        return null;
    }

    public boolean isEmpty() {
        return drafts.isEmpty();
    }

    /// In the order in which they began. One without an id gets one of ours, since it has to be answered by it.
    public List<ToolCall> calls() {
        List<ToolCall> calls = new ArrayList<>();
        for (Draft draft : drafts) {
            calls.add(new ToolCall(
                    draft.id.isEmpty() ? "call_" + calls.size() : draft.id, draft.name,
                    draft.arguments.toString().isBlank() ? "{}" : draft.arguments.toString()));
        }
        return calls;
    }
}
