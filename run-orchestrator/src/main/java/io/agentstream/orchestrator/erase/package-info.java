/// What is sealed, opened for those who may read it; and what is to be erased, erased. Knows the store, and nobody that decides.
@NullMarked
package io.agentstream.orchestrator.erase;

import org.jspecify.annotations.NullMarked;
