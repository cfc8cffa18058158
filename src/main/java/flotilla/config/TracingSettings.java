package flotilla.config;

import com.typesafe.config.Config;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Traces of images' ways by OpenTelemetry.
 *
 * @param otlpEndpoint the collector that takes them by OTLP over HTTP; empty when nothing is recorded
 * @param sampling the share of uploads that are recorded when their client does not say
 */
public record TracingSettings(Optional<URI> otlpEndpoint, double sampling) {
    public TracingSettings {
        Checks.that(sampling >= 0 && sampling <= 1, "flotilla.tracing.sampling", "from 0 to 1, not " + sampling);
    }

    static TracingSettings from(Config config) {
        return new TracingSettings(
                Optional.of(config.getString("otlp-endpoint").strip())
                        .filter(text -> !text.isEmpty())
                        .map(TracingSettings::endpoint),
                config.getDouble("sampling"));
    }

    private static URI endpoint(String text) {
        String mustBe =
                "flotilla.tracing.otlp-endpoint must be the URL of a collector that takes OTLP over HTTP, such as"
                        + " http://127.0.0.1:4318, without a password, or \"\"";
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new SettingsException(mustBe, e);
        }
        throw new SettingsException(mustBe);
    }
}
