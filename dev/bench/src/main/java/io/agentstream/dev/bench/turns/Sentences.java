package io.agentstream.dev.bench.turns;

import java.util.List;

/// What is said in the set. A slash is a place where the caller may hesitate.
final class Sentences {

    static final List<String> LONG = List.of(
            "I would like to / change my appointment / to Thursday morning",
            "my order number is / four seven two / nine one five",
            "can you tell me / where my parcel is",
            "I want to cancel / my subscription / at the end of the month",
            "the reason for my call is / that the heating / does not work",
            "I need to speak to somebody / about my last invoice",
            "we are four people / and we would like a table / at eight o'clock",
            "my name is / Katharina / Lindemann",
            "it is the house / behind the school / on the left side",
            "I think / it was the second of March / or maybe the third",
            "well / I bought it in your shop / and now it is broken",
            "so / the printer / shows a red light",
            "could you / send the papers / to my new address",
            "the number is / zero one seven / double five / two three",
            "I am not sure / whether my contract / covers this",
            "I already talked to / your colleague / yesterday",
            "please book / the early flight / and a window seat",
            "what would it cost / if I pay / for the whole year",
            "my daughter has a fever / since last night / and she does not eat",
            "you can reach me / after five / or on Saturday",
            "I got a letter / that says / my card is blocked",
            "it is a blue car / with a dent / in the front door",
            "I moved / last month / from Leeds to York",
            "the code is / A seven / K nine",
            "I would rather / have the money back");

    static final List<String> SHORT = List.of(
            "yes", "no", "yes please", "no thanks", "sure", "okay", "five", "tomorrow", "Monday", "that's right", "correct", "maybe later");

    static final List<String> INTERRUPTIONS = List.of(
            "wait a moment", "stop please", "no that is wrong", "can I ask you something", "I want to talk to a person", "hold on",
            "that is not what I asked for", "excuse me but I have a question", "I do not need that", "please repeat the number",
            "hello can you hear me", "cancel it");

    /// As short as a back channel, and meant.
    static final List<String> ONE_WORD = List.of("stop", "wait", "no", "what", "hello", "hey", "pardon", "help", "wrong", "enough");

    static final List<String> BACK_CHANNELS = List.of(
            "mm hmm", "uh huh", "okay", "right", "yeah", "I see", "yes", "all right", "sure", "oh okay");

    static final List<String> SOMEBODY_ELSE = List.of(
            "and now the weather for tomorrow with some rain in the west and a little sun in the afternoon",
            "have you seen my keys they must be somewhere in the kitchen or in the car",
            "the minister said on Friday that the talks will go on next week in Brussels");

    private Sentences() {}
}
