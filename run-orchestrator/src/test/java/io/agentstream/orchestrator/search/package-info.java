/// Tests of the store, and the one PostgreSQL that the tests of this module share.
@NullMarked
package io.agentstream.orchestrator.search;

import org.jspecify.annotations.NullMarked;
