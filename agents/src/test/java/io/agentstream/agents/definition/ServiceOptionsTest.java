package io.agentstream.agents.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agentstream.agents.AgentDefinitions;
import io.agentstream.schemas.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// An option that its service has not is said where the definition is saved, and not by a service that refuses a call.
final class ServiceOptionsTest {

    /// Quotation marks are written as apostrophes.
    private static JsonNode agent(String ear, String brain, String mouth) {
        return Json.MAPPER.readTree("""
                {'engine':'cascade','services':{'ear':[%s],'brain':[%s],'mouth':[%s]},'start':'n',
                 'nodes':{'n':{'type':'agent','prompt':'Be kind.'}}}""".formatted(ear, brain, mouth).replace("'", "\""));
    }

    private static final String EAR = "{'service':'deepgram'}";
    private static final String BRAIN = "{'service':'openai','model':'m'}";
    private static final String MOUTH = "{'service':'offline'}";

    @Test
    void thoseOfEachServiceAreTaken() {
        assertEquals(List.of(), AgentDefinitions.problems(agent(
                """
                {'service':'deepgram','options':{'keyterms':['Acme','Mr Smith'],'smart_format':true,'numerals':true,'profanity_filter':false}},
                {'service':'deepgram','model':'flux-general-en','options':{'keyterms':['Acme'],'eot_threshold':0.8,'eot_timeout_ms':4000}},
                {'service':'openai','options':{'keyterms':['Acme']}}""",
                """
                {'service':'openai','model':'m','options':{'limit_name':'max_completion_tokens','top_p':0.9,'reasoning_effort':'low','service_tier':'priority'}},
                {'service':'anthropic','model':'m','options':{'top_p':0.9}}""",
                """
                {'service':'elevenlabs','options':{'speed':1.2,'stability':0.4,'similarity_boost':0.7,'style':0.1,'use_speaker_boost':false}},
                {'service':'cartesia','options':{'speed':1.5,'volume':2,'emotion':'neutral'}},
                {'service':'openai','options':{'speed':4,'instructions':'Warm and brief.'}}""")));
    }

    @Test
    void oneThatAServiceHasNotIsRefused() {
        assertEquals(
                List.of(
                        new Problem("services.ear.1.options.eot_threshold", "is no option of deepgram with this model"),
                        new Problem("services.brain.0.options.reasoning_effort", "is no option of anthropic with this model"),
                        new Problem("services.mouth.0.options.speed", "is no option of offline")),
                AgentDefinitions.problems(agent(
                        EAR + ",{'service':'deepgram','model':'nova-3','options':{'eot_threshold':0.8}}",
                        "{'service':'anthropic','model':'m','options':{'reasoning_effort':'low'}}",
                        "{'service':'offline','options':{'speed':1}}")));
    }

    @Test
    void soIsASpeedThatAServiceDoesNotTakeAndWhatNoServiceHas() {
        assertEquals(
                List.of(new Problem("services.mouth.0.options.speed", "is not a number from 0.7 to 1.2, which elevenlabs takes")),
                AgentDefinitions.problems(agent(EAR, BRAIN, "{'service':'elevenlabs','options':{'speed':1.4}},{'service':'cartesia','options':{'speed':1.4}}")));
        assertEquals(
                List.of(new Problem("services.brain.0.options.seed", "is not a field of the options of a brain")),
                AgentDefinitions.problems(agent(EAR, "{'service':'openai','model':'m','options':{'seed':7}}", MOUTH)));
    }
}
