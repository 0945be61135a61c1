/// Keeps the words by which runs are found. Knows the store, and nobody that decides.
@NullMarked
package io.agentstream.orchestrator.search;

import org.jspecify.annotations.NullMarked;
