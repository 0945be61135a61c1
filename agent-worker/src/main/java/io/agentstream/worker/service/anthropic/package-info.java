/// Anthropic's models. Facts: its API reference of the messages API and of streaming.
@NullMarked
package io.agentstream.worker.service.anthropic;

import org.jspecify.annotations.NullMarked;
