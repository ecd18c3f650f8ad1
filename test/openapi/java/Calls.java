import client.ApiClient;
import client.ApiException;
import client.api.ConnectAppApi;
import client.api.CsvApi;
import client.api.XmlApi;
import client.model.ConnectApp;
import client.model.ConnectAppList;
import client.model.Error;
import client.model.Permission;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Uses the client that was generated from /openapi.json; arguments: URL, Account SID, Auth Token, app. */
class Calls {
  public static void main(String[] arguments) throws Exception {
    String accountSid = arguments[1];
    String sid = arguments[3];
    ApiClient http = new ApiClient();
    http.setBasePath(arguments[0]);
    http.setUsername(accountSid);
    http.setPassword(arguments[2]);
    ConnectAppApi apps = new ConnectAppApi(http);

    ConnectApp fetched = apps.fetchConnectApp(accountSid, sid);
    check("fetches", fetched.getSid().equals(sid) && fetched.getAccountSid().equals(accountSid));

    List<String> names = new ArrayList<>();
    int pages = 0;
    String token = null;
    do {
      ConnectAppList page = apps.listConnectApp(accountSid, 2, (long) pages, token);
      page.getConnectApps().forEach(app -> names.add(app.getFriendlyName()));
      String next = page.getNextPageUri();
      token = next == null ? null : parameterOf(URI.create(next), "PageToken");
      pages += 1;
    } while (token != null);
    check("lists in two pages", pages == 2 && names.size() == 3);

    ConnectApp updated = apps.updateConnectApp(accountSid, sid, URI.create("https://a.example/back"),
        null, null, null, null, "Generated", null, List.of(Permission.GET_ALL, Permission.POST_ALL));
    check("updates", updated.getFriendlyName().equals("Generated")
        && updated.getAuthorizeRedirectUrl().equals(URI.create("https://a.example/back"))
        && updated.getPermissions().equals(List.of(Permission.GET_ALL, Permission.POST_ALL)));

    try {
      apps.fetchConnectApp(accountSid, "CN" + "0".repeat(32));
      check("reads an error", false);
    } catch (ApiException exception) {
      Error error = Error.fromJson(exception.getResponseBody());
      check("reads an error", exception.getCode() == 404 && error.getCode() == 20404);
    }

    check("reads XML", new XmlApi(http).fetchConnectAppAsXml(accountSid, sid).contains("<ConnectApp>"));
    check("reads CSV", new CsvApi(http).listConnectAppAsCsv(accountSid, 1, null, null).startsWith("account_sid,"));
  }

  private static String parameterOf(URI uri, String name) {
    for (String pair : uri.getRawQuery().split("&")) {
      if (pair.startsWith(name + "=")) return pair.substring(name.length() + 1);
    }
    throw new IllegalStateException("no " + name + " in " + uri);
  }

  private static void check(String what, boolean isRight) {
    System.out.println((isRight ? "ok " : "not ok ") + what);
  }
}
