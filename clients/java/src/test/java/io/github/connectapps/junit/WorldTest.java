package io.github.connectapps.junit;

import static org.junit.jupiter.api.Assertions.*;

import java.net.URI;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.*;
import org.junit.jupiter.api.*;

/** The extension as its users have it, over a plain socket. */
class WorldTest {
  private static World last;

  private static int readAccount(World world) throws Exception {
    String credentials = world.developer.accountSid() + ":" + world.developer.authToken();
    var request = HttpRequest.newBuilder(URI.create(world.url + path(world)))
        .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes()))
        .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  private static String path(World world) {
    return "/2010-04-01/Accounts/" + world.developer.accountSid() + ".json";
  }

  @RepeatedTest(20)
  void aWorldIsOfOneTestAlone(@ConnectApps World world, RepetitionInfo repetition) {
    String name = "App " + repetition.getCurrentRepetition();
    assertEquals(name, world.createApp(Map.of("friendlyName", name)).friendlyName());
    var names = new ArrayList<String>();
    for (var app : world.ask("GET", "/fixture", null).getAsJsonArray("connectApps"))
      names.add(app.getAsJsonObject().get("friendlyName").getAsString());
    assertEquals(List.of(name), names.stream().filter(one -> one.startsWith("App ")).toList());
  }

  @Test
  void aWorldBeginsAsItsTestSays(@ConnectApps(seed = 7, now = "2026-01-01T00:00:00Z") World world) {
    world.advance("5m");
    assertEquals("2026-01-01T00:05:00.000Z", world.ask("GET", "/clock", null).get("now").getAsString());
    last = world;
  }

  @AfterAll
  static void itIsDroppedAfterItsTest() {
    assertThrows(AssertionError.class, () -> last.inbox());
  }

  @Test
  void whatDidNotComeSaysWhatCame(@ConnectApps World world) throws Exception {
    readAccount(world);
    String account = world.developer.accountSid();
    var missing = assertThrows(
        AssertionError.class, () -> world.requests(1, Map.of("method", "POST", "account", account)));
    assertTrue(missing.getMessage().endsWith(
        ", and there were 0. The nearest that came:\n  GET " + path(world) + " 200\n    method is GET, not POST"));
  }

  @Test
  void aFaultEndsWithItsTimes(@ConnectApps World world) throws Exception {
    world.fail(Map.of("method", "GET"), Map.of("status", 429, "retryAfter", 1, "times", 1));
    assertEquals(List.of(429, 200), List.of(readAccount(world), readAccount(world)));
  }

  @Test
  void aCustomerMayRefuse(@ConnectApps World world) {
    assertTrue(world.deny(world.connectApp, "u1").contains("error=unauthorized_client"));
  }
}
