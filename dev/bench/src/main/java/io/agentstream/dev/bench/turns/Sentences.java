package io.agentstream.dev.bench.turns;

import java.util.List;

/// What is said in a set. A slash is a place where the caller may hesitate.
///
/// @param turns what callers say
/// @param answers what they say where a word or two do
record Sentences(List<String> turns, List<String> answers) {

    /// Of the set by which detectors and lists of words are made.
    static final Sentences TUNED = new Sentences(List.of(
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
            "I would rather / have the money back"), List.of(
            "yes", "no", "yes please", "no thanks", "sure", "okay", "five", "tomorrow", "Monday", "that's right", "correct", "maybe later"));

    /// Of the set whose figures are told: nothing was changed for its sake.
    static final Sentences REPORTED = new Sentences(List.of(
            "I'm calling about / the flat / in Station Road",
            "my customer number is / eight three one / six six four",
            "do you have / anything free / next Wednesday",
            "I've been waiting / for twenty minutes",
            "the washing machine / makes a noise / when it spins",
            "is there / a cheaper one / without the warranty",
            "my wife / booked the tickets / two weeks ago",
            "what I need / is a copy / of the contract",
            "I'd like to order / two large pizzas / and a salad",
            "it happened / on the motorway / near Bristol",
            "the address is / fourteen / Mill Lane",
            "can I pay / with a card / when I collect it",
            "we want to leave / on the fifth / and come back on the ninth",
            "I forgot / my password / and the link does not work",
            "last time / somebody told me / it would be free",
            "could I speak to / the doctor / who saw my son",
            "my phone number is / oh seven seven / one two eight / four five",
            "the parcel came / but / it was empty",
            "I have a question / about the bill / from August",
            "does that include / breakfast",
            "please cancel / everything / except the Friday",
            "there is water / coming through / the kitchen ceiling",
            "our meeting / was moved / to half past ten",
            "how long / does it take / until I get an answer",
            "the name on the account / is / Margaret Ellis"), List.of(
            "yep", "nope", "yes I did", "no not really", "two", "on Friday", "exactly", "not yet", "of course", "the blue one", "I think so",
            "never"));

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
}
