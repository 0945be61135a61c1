/// The REST API: routes, what they take, what they answer.
///
/// Nothing here may decide about a call, decrypt a credential, or log a URL, a body or a key.
@NullMarked
package io.agentstream.orchestrator.api;

import org.jspecify.annotations.NullMarked;
