/// What a run of the bench found, judged, and shown as a table, as JSON and as plots.
///
/// Nothing here may measure.
@NullMarked
package io.agentstream.dev.bench.report;

import org.jspecify.annotations.NullMarked;
