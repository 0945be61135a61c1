package io.agentstream.dev.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/// On a test, a class of them, or a kind of classes: it asks of processes that die, freeze or meet a crowd what a shorter one asks in every
/// `mvn verify`, in one more way. CI runs it before anything lands, and `mvn verify -Pdrills`; a build on a developer's machine leaves it out.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("drill")
public @interface Drill {}
