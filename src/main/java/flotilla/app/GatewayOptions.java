package flotilla.app;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which gateways a command asks, and the API key that it shows them. The key is never printed, in errors neither. */
final class GatewayOptions {
    /** Where the key is looked for when none is given; other users of a machine see arguments, not this. */
    static final String KEY_VARIABLE = "FLOTILLA_API_KEY";

    private static final String KEY = "[\\x21-\\x7e]+";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"--url", "--gateway"},
            paramLabel = "U",
            split = ",",
            description = "the gateway, or several: U,U; one that cannot be reached is passed over (default: "
                    + "flotilla.http.host and port, http://127.0.0.1:8000)")
    private List<String> urls = List.of();

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description =
                    "an API key with the role read, where gateways ask for one (default: the environment variable "
                            + KEY_VARIABLE + ", which other users of this machine do not see)")
    private String key;

    /**
     * The gateways to ask.
     *
     * @param role whose file has the address when none was given
     */
    GatewayApi gateways(CommonOptions options, String role) {
        List<URI> addresses = urls.isEmpty()
                ? List.of(GatewayAddress.of(spec, null, options, role))
                : urls.stream()
                        .map(url -> GatewayAddress.of(spec, url.strip(), options, role))
                        .toList();
        return new GatewayApi(addresses, key(System.getenv()));
    }

    /** The key that was given, or that of the environment; empty when there is none. */
    Optional<String> key(Map<String, String> environment) {
        Optional<String> found = Optional.ofNullable(key)
                .or(() -> Optional.ofNullable(environment.get(KEY_VARIABLE)).filter(value -> !value.isEmpty()));
        if (found.isPresent() && !found.get().matches(KEY)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (key == null ? KEY_VARIABLE : "--key")
                            + " is an API key: visible characters of ASCII without spaces; check what was given");
        }
        return found;
    }
}
