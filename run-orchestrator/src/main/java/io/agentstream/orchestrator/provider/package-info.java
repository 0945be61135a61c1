/// What is asked of a telephone company, whichever it is; a package below for each.
///
/// Nothing outside of a provider's own package may know its words.
@NullMarked
package io.agentstream.orchestrator.provider;

import org.jspecify.annotations.NullMarked;
