/// The provider as the tests of others play it.
@NullMarked
package io.agentstream.orchestrator.provider;

import org.jspecify.annotations.NullMarked;
