/// What is counted of numbered frames that go out on a schedule and come back.
///
/// Nothing here may read a clock: times come with the calls.
@NullMarked
package io.agentstream.dev.bench.measure;

import org.jspecify.annotations.NullMarked;
