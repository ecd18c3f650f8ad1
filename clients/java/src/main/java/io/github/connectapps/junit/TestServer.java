package io.github.connectapps.junit;

import com.google.gson.*;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.*;

/** The {@code connect-apps test-server} of this process, which ends with its standard input, and so with this process. */
final class TestServer {
  static final Gson GSON = new Gson();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static Ready ready;

  private record Ready(String control, String key) {}

  private TestServer() {}

  private static synchronized Ready ready() throws IOException {
    if (ready == null) ready = GSON.fromJson(readyLine(), Ready.class);
    return ready;
  }

  private static String readyLine() throws IOException {
    String running = System.getenv("CONNECT_APPS_TEST_SERVER");
    if (running != null && !running.isEmpty()) return running;
    String given = System.getenv().getOrDefault("CONNECT_APPS_COMMAND", "npx --no connect-apps");
    List<String> command = List.of((given + " test-server --json").split(" +"));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = process.inputReader().readLine();
    if (line == null) throw new IOException(String.join(" ", command) + " did not start");
    return line;
  }

  /** Sends a request to the control plane and returns the JSON of its answer, which is null for 204. */
  static JsonObject ask(String method, String path, Object body) {
    try {
      var request = HttpRequest.newBuilder(URI.create(ready().control() + path))
          .header("Authorization", "Bearer " + ready().key())
          .method(method, BodyPublishers.ofString(GSON.toJson(body)))
          .build();
      var answer = CLIENT.send(request, BodyHandlers.ofString());
      var json = GSON.fromJson(answer.body(), JsonObject.class);
      if (answer.statusCode() >= 300) throw new AssertionError(json.get("message").getAsString());
      return json;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(error);
    }
  }
}
