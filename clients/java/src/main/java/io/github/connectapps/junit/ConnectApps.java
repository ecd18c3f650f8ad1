package io.github.connectapps.junit;

import java.lang.annotation.*;
import org.junit.jupiter.api.extension.*;

/** Makes a {@link World} for a parameter, and drops it after the test: {@code void removal(@ConnectApps World world)}. */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ConnectApps.Extension.class)
public @interface ConnectApps {
  /** With the same number it has the same SIDs and tokens on every run; random when 0. */
  int seed() default 0;

  /** A time such as {@code 2026-01-01T00:00:00Z} at which its clock stands; the real time when empty. */
  String now() default "";

  /** The JUnit extension behind the annotation. */
  final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.isAnnotated(ConnectApps.class) && parameter.getParameter().getType() == World.class;
    }

    @Override
    public World resolveParameter(ParameterContext parameter, ExtensionContext context) {
      World world = World.create(parameter.findAnnotation(ConnectApps.class).orElseThrow());
      context.getStore(ExtensionContext.Namespace.create(World.class)).put(world.id, (AutoCloseable) world::drop);
      return world;
    }
  }
}
