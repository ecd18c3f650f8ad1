package io.github.connectapps.junit;

import java.lang.annotation.*;
import org.junit.jupiter.api.extension.*;

/** Makes a {@link World} for a parameter, and drops it after the test: {@code void removal(@ConnectApps World world)}. */
@Target({ElementType.PARAMETER, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ConnectApps.Extension.class)
public @interface ConnectApps {

  /** The JUnit extension behind the annotation. */
  final class Extension implements ParameterResolver {
    private static final ExtensionContext.Namespace WORLDS = ExtensionContext.Namespace.create(World.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == World.class;
    }

    @Override
    public World resolveParameter(ParameterContext parameter, ExtensionContext context) {
      World world = World.create();
      context.getStore(WORLDS).put(world.id, (AutoCloseable) world::drop);
      return world;
    }
  }
}
