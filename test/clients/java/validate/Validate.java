// Says of each callback on standard input, as the library's validator sees it, "true" or "false".
// A line has its URL, its signature and its form, with tabs between them.

import com.twilio.security.RequestValidator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

public class Validate {
    public static void main(String[] arguments) throws IOException {
        RequestValidator validator = new RequestValidator(arguments[0]);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\t", -1);
            Map<String, String> parameters = new HashMap<>();
            for (String pair : parts[2].isEmpty() ? new String[0] : parts[2].split("&")) {
                String[] halves = pair.split("=", 2);
                parameters.put(halves[0], URLDecoder.decode(halves[1], StandardCharsets.UTF_8));
            }
            System.out.println(validator.validate(parts[0], parameters, parts[1]));
        }
    }
}
