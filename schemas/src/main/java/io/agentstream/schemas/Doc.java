package io.agentstream.schemas;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// One sentence about a record, a field or a constant of the wire contract. The published contract is generated from these
/// sentences, so a field without one does not pass the tests.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Doc {
    String value();

    /// Whether a record of an older writer may be without it, although its component has a type that is never null.
    boolean optional() default false;
}
