package io.agentstream.agents.dialogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.agentstream.agents.conversation.ConversationEffect.CallTool;
import io.agentstream.agents.conversation.ConversationEffect.Speak;
import io.agentstream.agents.conversation.ConversationInput;
import io.agentstream.agents.conversation.ConversationInput.ToolAnswered;
import io.agentstream.agents.conversation.ConversationInput.Word;
import io.agentstream.agents.conversation.Fact;
import io.agentstream.agents.dialogue.PoliteServices.Thought;
import io.agentstream.agents.dialogue.World.TakeOver;
import io.agentstream.schemas.Json;
import io.agentstream.schemas.Slice;
import io.agentstream.schemas.WellFormed;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Whatever somebody outside says, the call can be written down.
class OutsideTextsTest {

    private static final String HALF = "a\uD83D";

    /// What is in these is the definition's, or ours.
    private static final Set<Class<?>> OURS =
            Set.of(ConversationInput.Broken.class, ConversationInput.ReplyBegun.class, ConversationInput.TransferAnswered.class);

    private static Stream<Class<?>> inputs(Class<?> of) {
        return of.isSealed() ? Arrays.stream(of.getPermittedSubclasses()).flatMap(OutsideTextsTest::inputs) : Stream.of(of);
    }

    private static Object some(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == String.class) {
            return HALF;
        } else if (type == char.class) {
            return HALF.charAt(1);
        } else if (type == boolean.class) {
            return false;
        } else if (type == long.class) {
            return 1L;
        } else if (type == int.class) {
            return 1;
        } else if (type == Slice.class) {
            return Slice.EMPTY;
        }
        return type == List.class ? List.of() : null;
    }

    private static void assertWellFormed(Object of) throws ReflectiveOperationException {
        for (RecordComponent component : of.getClass().getRecordComponents()) {
            String text = String.valueOf(component.getAccessor().invoke(of));
            if (component.getType() == String.class || component.getType() == char.class) {
                assertEquals(WellFormed.text(text), text, of.getClass() + " " + component.getName());
            }
        }
    }

    @Test
    void everyTextOfAnInputCanBeWritten() throws ReflectiveOperationException {
        List<Class<?>> kinds = new ArrayList<>(inputs(ConversationInput.class).distinct().filter(each -> !OURS.contains(each)).toList());
        kinds.add(Word.class);
        for (Class<?> kind : kinds) {
            RecordComponent[] components = kind.getRecordComponents();
            if (Stream.of(components).anyMatch(each -> each.getType() == String.class || each.getType() == char.class)) {
                var made = kind.getDeclaredConstructor(Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
                assertWellFormed(made.newInstance(Stream.of(components).map(OutsideTextsTest::some).toArray()));
            }
        }
    }

    private static void assertCanBeWritten(World world) {
        for (Fact fact : world.facts) {
            assertTrue(Json.MAPPER.writeValueAsBytes(fact).length > 0);
        }
        assertTrue(Json.MAPPER.writeValueAsBytes(Story.memory(world)).length > 0);
        assertTrue(Story.spoken(world).stream().allMatch(each -> each.equals(WellFormed.text(each))));
    }

    @Test
    void whatAToolAnswersIsKeptAndWritten() {
        Story story = Story.of("""
                "nodes": {"start": {"type": "http", "method": "GET", "url": "https://shop.example.com/", "into": "order", "next": "end"},
                          "end": {"type": "hangup", "say": "It is {{order.state}}."}}""");

        for (String answer : List.of("{\"state\":\"" + HALF + "\"}", "{\"state\":\"a\\ud83d\"}")) {
            World world = story.play(new PoliteServices(story.brain()) {
                @Override
                void use(World of, CallTool call) {
                    answer(of, 200, "", new ToolAnswered(call.turn(), call.number(), false, answer));
                }
            }, TakeOver.NEVER);

            assertEquals(List.of("It is a\uFFFD."), Story.spoken(world));
            assertCanBeWritten(world);
        }
    }

    @Test
    void whatADefinitionAndACallBringAlongIsSaidAndWritten() {
        JsonNode definition = Json.MAPPER.readTree("""
                {"engine": "cascade", "start": "start", "variables": {"what": "b\\ud83d"},
                 "nodes": {"start": {"type": "hangup", "say": "\\udc00 {{what}} {{custom}}."}}}""");
        JsonNode context = Json.MAPPER.readTree("{\"custom\": \"c\\ud83d\"}");
        Story story = new Story(Dialogues.of(definition, context), request -> Thought.of("Fine."), Map.of());

        World world = story.play();

        assertEquals(List.of("\uFFFD b\uFFFD c\uFFFD."), world.wanted(Speak.class).stream().map(Speak::text).toList());
        assertCanBeWritten(world);
    }
}
