package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.testing.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a real browser, on machines that have one. */
class DocsPageIT extends HttpFixture {
    @TempDir(cleanup = CleanupMode.ALWAYS)
    private Path folder;

    private Browser browser() throws Exception {
        Optional<Path> program = Browser.found();
        assumeTrue(program.isPresent(), "there is no Chromium here (on Debian: apt-get install chromium)");
        return new Browser(program.get(), Files.createDirectory(folder.resolve("profile")));
    }

    @Test
    void requestsFromTheDocumentation_shouldRunAndNoOtherHostBeAsked() throws Exception {
        Path image = Files.write(folder.resolve("cat.png"), PNG);
        try (Browser browser = browser()) {
            browser.open(url + "/docs");
            browser.clickUntil(
                    "#operations-service-health .opblock-summary-control", "#operations-service-health button.execute");
            browser.clickUntil(
                    "#operations-service-health button.execute", "#operations-service-health .live-responses-table");
            assertThat(browser.text("#operations-service-health .live-responses-table .response .response-col_status"))
                    .startsWith("200");

            browser.click("#operations-images-classify .opblock-summary-control");
            browser.choose("#operations-images-classify input[type=file]", image);
            browser.click("#operations-images-classify button.execute");
            answer(accepted(1).get(0), label("Cat"));
            assertThat(browser.text("#operations-images-classify .live-responses-table .response .response-col_status"))
                    .startsWith("200");
            assertThat(browser.text("#operations-images-classify .live-responses-table .microlight"))
                    .contains("\"label\": \"Cat\"");

            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.requested())
                    .contains(url + "/docs", url + "/openapi.json", url + "/healthz")
                    .allMatch(asked -> asked.startsWith(url + "/") || asked.matches("(data|about):.*"));
        }
    }

    @Test
    void uploadPage_shouldRunUnderItsPolicy() throws Exception {
        try (Browser browser = browser()) {
            browser.open(url + "/");
            assertThat(browser.text("h1")).isNotBlank();
            assertThat(browser.complaints()).noneMatch(complaint -> complaint.contains("Content Security Policy"));
            assertThat(browser.requested())
                    .contains(url + "/")
                    .allMatch(asked -> asked.startsWith(url + "/") || asked.matches("(data|about):.*"));
        }
    }
}
