package io.agentstream.cli.doctor;

import java.util.List;

/// Looks at one thing. Blocks for as long as it takes; who calls it does not wait for ever.
interface Check {

    /// One word.
    String about();

    /// What there is to say: a line at least, unless another check says it.
    List<Finding> look() throws Exception;
}
