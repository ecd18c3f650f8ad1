package io.github.connectapps.junit;

import com.google.gson.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.*;

/** What only one test uses: two accounts, a Connect App, a clock, an inbox for callbacks, a journal of what was asked. */
public final class World {
  public final String id, url, connectApp;
  public final Credentials developer, customer;
  public final Map<String, String> env;

  /** Those of an account, and of the person who signs in to it. */
  public record Credentials(String accountSid, String authToken, String email, String password) {}

  /** A Connect App. */
  public record App(String sid, String friendlyName, List<String> permissions) {}

  /** What follows when a customer presses Allow. */
  public record Authorization(String redirect, String subaccountSid) {}

  /** What the inbox received. */
  public record Callback(Map<String, String> params, int attempt, boolean signatureIsValid, Integer status) {}

  /** What was asked, with the reason of a refusal. */
  public record Request(String method, String path, String account, Integer status, Integer code, String reason) {}

  private record Requests(List<Request> requests) {}

  private record Inbox(List<Callback> callbacks) {}

  // Gson fills the fields in.
  private World() {
    id = url = connectApp = null;
    developer = customer = null;
    env = null;
  }

  static World create(ConnectApps options) {
    var body = new HashMap<String, Object>();
    if (options.seed() != 0) body.put("seed", options.seed());
    if (!options.now().isEmpty()) body.put("now", options.now());
    return TestServer.GSON.fromJson(TestServer.ask("POST", "/worlds", body), World.class);
  }

  void drop() {
    ask("DELETE", "", null);
  }

  /** Any request of the control plane for this world, such as {@code ask("GET", "/fixture", null)}. */
  public JsonObject ask(String method, String path, Object body) {
    return TestServer.ask(method, "/worlds/" + id + path, body);
  }

  private <T> T ask(String method, String path, Object body, Class<T> type) {
    return TestServer.GSON.fromJson(ask(method, path, body), type);
  }

  /** Creates a Connect App of the developer, such as {@code createApp(Map.of("permissions", List.of("get-all")))}. */
  public App createApp(Map<String, ?> properties) {
    return ask("POST", "/apps", properties, App.class);
  }

  /** Plays the customer who presses Allow; the state comes back with the redirect. */
  public Authorization allow(String app, String state) {
    return ask("POST", "/authorizations", Map.of("connectAppSid", app, "state", state), Authorization.class);
  }

  /** Plays the customer who presses Deny; returns the redirect. */
  public String deny(String app, String state) {
    return ask("POST", "/authorizations/" + app + "/deny", Map.of("state", state)).get("redirect").getAsString();
  }

  /** Plays the customer who removes the app. */
  public void revoke(String app) {
    ask("POST", "/authorizations/" + app + "/revoke", null);
  }

  /** Turns the clock by {@code 90s}, {@code 5m}, {@code 3d}; returns when all that became due has been done. */
  public void advance(String span) {
    ask("POST", "/clock", Map.of("advance", span));
  }

  /**
   * What was asked and matches {@code method}, {@code path}, {@code route}, {@code status}, {@code account}, once there
   * are so many; fails when they do not come within 2 s, and says what came instead.
   */
  public List<Request> requests(int times, Map<String, ?> match) {
    var query = new StringBuilder("?wait=2s&times=" + times);
    match.forEach((name, value) ->
        query.append("&" + name + "=" + URLEncoder.encode(value.toString(), StandardCharsets.UTF_8)));
    return ask("GET", "/requests" + query, null, Requests.class).requests;
  }

  /** Lets matching requests fail: {@code fail(Map.of("method", "GET"), Map.of("status", 429, "times", 1))}. */
  public void fail(Map<String, ?> match, Map<String, ?> how) {
    ask("POST", "/faults", Map.of("match", match, "how", how));
  }

  /** The callbacks that came. */
  public List<Callback> inbox() {
    return ask("GET", "/inbox", null, Inbox.class).callbacks;
  }

  /** What the inbox answers next: {@code answer(500, 500, 200)}, {@code answer(Map.of("drop", true))}. */
  public void answer(Object... replies) {
    ask("PUT", "/inbox/replies", replies);
  }
}
