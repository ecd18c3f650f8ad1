package io.github.connectapps.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The extension as its users have it. */
class WorldTest {
  private static World last;

  private static void list(World world) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(world.url + "/2010-04-01/Accounts.json"))
        .header("Connect-Apps-World", world.id)
        .build();
    HttpClient.newHttpClient().send(request, BodyHandlers.discarding());
  }

  @Test
  void worldsShareNothing(@ConnectApps World one, @ConnectApps World other) {
    one.allow(one.connectApp, Map.of());
    assertNotEquals(one.developer, other.developer);
    assertEquals(List.of(), other.requests(Map.of()));
    assertEquals("Another", other.createApp(Map.of("friendlyName", "Another")).friendlyName());
    assertTrue(other.createAccount(Map.of()).accountSid().startsWith("AC"));
    last = one;
  }

  @AfterAll
  static void theyAreDropped() {
    assertThrows(AssertionError.class, () -> last.inbox());
  }

  @Test
  void whatDidNotComeSaysWhatCame(@ConnectApps World world) throws Exception {
    list(world);
    var missing = assertThrows(AssertionError.class, () -> world.requests(Map.of("method", "POST", "wait", "10ms")));
    assertTrue(missing.getMessage().contains("nearest"), missing.getMessage());
  }

  @Test
  void aFaultEndsWithItsTimesAndASnapshotComesBack(@ConnectApps World world) throws Exception {
    String name = world.snapshot();
    world.fail(Map.of("method", "GET"), Map.of("status", 500), 1);
    list(world);
    list(world);
    assertEquals(List.of(500, 401), world.requests(Map.of()).stream().map(World.Request::status).toList());
    world.reset(name);
    assertEquals(List.of(), world.requests(Map.of()));
    assertTrue(world.deny(world.connectApp).contains("error="));
  }
}
