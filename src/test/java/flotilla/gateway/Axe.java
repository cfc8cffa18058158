package flotilla.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.testing.Browser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the accessibility checker axe-core finds wrong with a page.
 *
 * @see <a href="https://github.com/dequelabs/axe-core">axe-core</a>
 */
final class Axe {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify("
            + "found.violations.map(one => one.id + ': ' + one.help + ': '"
            + " + one.nodes.map(node => node.target + ' ' + node.failureSummary).join('; '))))";

    private Axe() {}

    /** One line for each rule that is broken, with the elements that break it. */
    static List<String> violations(Browser browser) throws IOException {
        browser.run(source());
        return List.of(JSON.readValue(browser.value(RUN), String[].class));
    }

    private static String source() throws IOException {
        try (InputStream in = Axe.class.getClassLoader().getResourceAsStream("axe/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
