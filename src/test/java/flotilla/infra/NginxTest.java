package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.config.SettingsLoader;
import flotilla.testing.Authority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration for nginx in front of gateways, held against the gateways' own limits. */
class NginxTest {
    private static final HttpSettings HTTP = FlotillaSettings.from(
                    SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()))
            .http();
    private static final String CONF = Infra.read("nginx/flotilla.conf");

    @TempDir
    private Path folder;

    /** The first value of a directive. */
    private static String directive(String name) {
        Matcher found = Pattern.compile("(?m)^\\s*" + name + " ([^;]+);").matcher(CONF);
        assertThat(found.find()).as(name).isTrue();
        return found.group(1);
    }

    private static Duration time(String name) {
        return Duration.parse("PT" + directive(name).toUpperCase(Locale.ROOT));
    }

    @Test
    void times_shouldFitTheGateways() {
        assertThat(time("proxy_read_timeout")).isGreaterThan(HTTP.syncWait());
        assertThat(time("client_header_timeout")).isEqualTo(HTTP.limits().headerTimeout());
        assertThat(time("client_body_timeout")).isEqualTo(HTTP.limits().uploadStall());
        // A connection that the gateway is about to close must not be used again.
        assertThat(time("keepalive_timeout")).isLessThan(HTTP.limits().headerTimeout());
    }

    @Test
    void largestForm_shouldFit() {
        long megabytes = Long.parseLong(directive("client_max_body_size").replace("m", ""));

        assertThat(megabytes * 1024 * 1024).isGreaterThan(HTTP.maxFiles() * HTTP.maxImageSize());
        assertThat(CONF).contains("location = /v1/batches {\n        client_max_body_size 0;");
        assertThat(directive("large_client_header_buffers"))
                .isEqualTo("8 " + HTTP.limits().maxHeaderSize() / 1024 + "k");
    }

    @Test
    void eventsAndUploads_shouldNotBeHeldBack() {
        assertThat(directive("proxy_buffering")).isEqualTo("off");
        assertThat(directive("proxy_request_buffering")).isEqualTo("off");
        assertThat(directive("proxy_http_version")).isEqualTo("1.1");
    }

    @Test
    void nginx_shouldAcceptIt() throws Exception {
        Optional<Path> nginx = Infra.program("nginx");
        assumeTrue(nginx.isPresent(), "there is no nginx here (on Debian: apt-get install nginx)");
        Authority authority = new Authority(folder, "ca");
        Authority.Pair pair = authority.issue("flotilla");
        Path conf = Files.writeString(
                folder.resolve("flotilla.conf"),
                CONF.replace("/etc/nginx/flotilla.crt", pair.certificate().toString())
                        .replace("/etc/nginx/flotilla.key", pair.key().toString()));
        Path main = Files.writeString(
                folder.resolve("nginx.conf"),
                "pid " + folder.resolve("pid") + ";\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\ninclude "
                        + conf + ";\n}\n");

        Infra.Ended ended = Infra.run(folder, "", nginx.get().toString(), "-t", "-q", "-c", main.toString());

        assertThat(ended.status()).as(ended.output()).isZero();
        assertThat(ended.output()).isEmpty();
    }
}
