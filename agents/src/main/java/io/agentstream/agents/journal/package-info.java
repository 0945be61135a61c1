/// What a conversation's machine took in and gave, as `call.journal.v1` has it: how a worker writes it, and how whoever runs the machine
/// again reads it. No I/O.
@NullMarked
package io.agentstream.agents.journal;

import org.jspecify.annotations.NullMarked;
