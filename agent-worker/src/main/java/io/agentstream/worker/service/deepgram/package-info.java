/// Deepgram: listen v1 (Nova) and listen v2 (Flux). Facts: its API reference of live streaming, endpointing, keep-alive and finalize, and of
/// Flux.
@NullMarked
package io.agentstream.worker.service.deepgram;

import org.jspecify.annotations.NullMarked;
