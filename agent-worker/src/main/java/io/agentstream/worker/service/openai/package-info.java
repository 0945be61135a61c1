/// OpenAI, and the many servers that speak its chat protocol. Facts: the API reference of chat completions and of audio speech.
@NullMarked
package io.agentstream.worker.service.openai;

import org.jspecify.annotations.NullMarked;
