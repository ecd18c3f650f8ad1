package io.github.connectapps.junit;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
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
    String given = System.getenv("CONNECT_APPS_COMMAND");
    var command = new ArrayList<>(List.of((given == null ? "npx connect-apps" : given).trim().split("\\s+")));
    command.addAll(List.of("test-server", "--json"));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = process.inputReader().readLine();
    if (line == null) throw new IOException(String.join(" ", command) + " did not start");
    return line;
  }

  /** Sends a request to the control plane and returns the JSON of its answer, empty for 204. */
  static JsonObject ask(String method, String path, Object body) {
    try {
      var request = HttpRequest.newBuilder(URI.create(ready().control() + path))
          .header("Authorization", "Bearer " + ready().key())
          .header("Content-Type", "application/json")
          .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(GSON.toJson(body)))
          .build();
      var answer = CLIENT.send(request, BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new AssertionError(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body().isEmpty() ? new JsonObject() : GSON.fromJson(answer.body(), JsonObject.class);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(error);
    }
  }
}
