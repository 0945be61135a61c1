/// A call as it sounded: what the caller said and what the caller heard, on one time line, made of what the topics hold in one pass and
/// in constant memory.
@NullMarked
package io.agentstream.calllog.audio;

import org.jspecify.annotations.NullMarked;
