package flotilla.app;

import flotilla.config.HttpSettings;
import java.net.URI;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Which gateway a command asks. */
final class GatewayAddress {
    private GatewayAddress() {}

    /**
     * The gateway at {@code url}; without one, that of the settings.
     *
     * @param url as it was given; null when it was not
     * @param role whose file the settings are in
     */
    static URI of(CommandSpec spec, String url, CommonOptions options, String role) {
        return checked(spec, url != null ? url : ofSettings(options, role));
    }

    /** That of the settings. */
    static String ofSettings(CommonOptions options, String role) {
        HttpSettings http = options.load(role).settings().http();
        return "http://" + host(http) + ":" + http.port();
    }

    /** Where a gateway is asked on its own machine, also when it listens everywhere. */
    static String host(HttpSettings http) {
        return http.host().equals("0.0.0.0") ? "127.0.0.1" : http.host();
    }

    private static URI checked(CommandSpec spec, String text) {
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // The same remedy as for an address of another kind.
        }
        throw new ParameterException(
                spec.commandLine(),
                "--url, also called --gateway, is an address such as http://127.0.0.1:8000, not " + text);
    }
}
