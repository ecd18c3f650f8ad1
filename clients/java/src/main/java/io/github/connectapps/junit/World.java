package io.github.connectapps.junit;

import com.google.gson.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.stream.Collectors;

/** What only one test uses: two accounts, a Connect App, a clock, an inbox for callbacks, a journal of what was asked. */
public final class World {
  public final String id, url, connectApp;
  public final Credentials developer, customer;
  public final Map<String, String> env;

  /** Those of an account, and of the person who signs in to it. */
  public record Credentials(String accountSid, String authToken, String email, String password) {}

  public record App(String sid, String friendlyName, List<String> permissions) {}

  /** What follows when a customer presses Allow. */
  public record Authorization(String redirect, String subaccountSid) {}

  /** What the inbox received. */
  public record Callback(Map<String, String> params, int attempt, boolean signatureIsValid) {}

  /** What was asked, with the reason of a refusal. */
  public record Request(String method, String path, String account, int status, Integer code, String reason) {}

  private record Requests(List<Request> requests) {}

  private record Inbox(List<Callback> callbacks) {}

  // Gson fills the fields in.
  private World() {
    id = url = connectApp = null;
    developer = customer = null;
    env = null;
  }

  /** A world that the caller drops; {@link ConnectApps} does it for a test. */
  public static World create() {
    return create(Map.of());
  }

  /** The same with {@code seed}, {@code now} and {@code fixture}. */
  public static World create(Map<String, ?> options) {
    return TestServer.GSON.fromJson(TestServer.ask("POST", "/worlds", options), World.class);
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

  /** Creates an account; {@code owner} makes it a subaccount. */
  public Credentials createAccount(Map<String, ?> properties) {
    return ask("POST", "/accounts", properties, Credentials.class);
  }

  /** Plays the customer who presses Allow; {@code options} are {@code state}, {@code accountSid} and {@code follow}. */
  public Authorization allow(String app, Map<String, ?> options) {
    var body = TestServer.GSON.toJsonTree(options).getAsJsonObject();
    body.addProperty("connectAppSid", app);
    return ask("POST", "/authorizations", body, Authorization.class);
  }

  /** Plays the customer who presses Deny; returns the redirect. */
  public String deny(String app) {
    return ask("POST", "/authorizations/" + app + "/deny", Map.of()).get("redirect").getAsString();
  }

  /** Plays the customer who removes the app. */
  public void revoke(String app) {
    ask("POST", "/authorizations/" + app + "/revoke", Map.of());
  }

  /** Turns the clock by {@code 90s}, {@code 5m}, {@code 3d}; returns when all that became due has been done. */
  public void advance(String span) {
    ask("POST", "/clock", Map.of("advance", span));
  }

  /**
   * What was asked and matches {@code method}, {@code path}, {@code route}, {@code status}, {@code account}. With
   * {@code wait} and {@code times}, fails unless they come in time, and the failure shows the nearest.
   */
  public List<Request> requests(Map<String, ?> match) {
    String query = match.entrySet().stream()
        .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue().toString(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    return ask("GET", "/requests?" + query, null, Requests.class).requests;
  }

  /** Lets matching requests fail: {@code fail(Map.of("method", "GET"), Map.of("status", 500), 1)}. */
  public void fail(Map<String, ?> match, Map<String, ?> how, int times) {
    ask("POST", "/faults", Map.of("match", match, "how", how, "times", times));
  }

  /** The callbacks that came. */
  public List<Callback> inbox() {
    return ask("GET", "/inbox", null, Inbox.class).callbacks;
  }

  /** What the inbox answers next: {@code answer(500, 500, 200)}. */
  public void answer(Object... replies) {
    ask("PUT", "/inbox/replies", replies);
  }

  /** Goes back to {@code seed}, {@code empty} or the name of a snapshot. */
  public void reset(String to) {
    ask("POST", "/reset", Map.of("to", to));
  }

  public String snapshot() {
    return ask("POST", "/snapshots", Map.of()).get("name").getAsString();
  }

  public void drop() {
    ask("DELETE", "", null);
  }
}
