/// What the system is measured against: the same frames with as little as possible in between.
///
/// Nothing here may be cleverer than what anybody would write first, nor do anything that is not needed.
@NullMarked
package io.agentstream.dev.bench.bare;

import org.jspecify.annotations.NullMarked;
