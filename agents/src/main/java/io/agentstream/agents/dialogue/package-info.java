/// What agents say: the dialogues of the engines that decide within the machine of a conversation. Pure, as the machine is.
@NullMarked
package io.agentstream.agents.dialogue;

import org.jspecify.annotations.NullMarked;
