package flotilla.app;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of {@code --set} pairs the embedded cloud is handed as arguments: everybody on a machine sees those of a process, so what holds
 * secrets and is nothing to the cloud is left out, however the pair is written.
 */
final class CloudArguments {
    private static final List<String> GATEWAY_ONLY =
            List.of("flotilla.push", "flotilla.http.api-keys", "flotilla.aws.credentials");

    private CloudArguments() {}

    /**
     * The pairs without what is the gateway's alone.
     *
     * @throws SettingsException when a pair is none, or cannot be taken apart
     */
    static List<String> without(List<String> pairs) {
        return pairs.stream().flatMap(CloudArguments::without).toList();
    }

    private static Stream<String> without(String pair) {
        Config given = SettingsLoader.parsePair(pair);
        try {
            Config left = given;
            for (String path : GATEWAY_ONLY) {
                requireGroups(given.root(), ConfigUtil.splitPath(path));
                left = left.withoutPath(path);
            }
            return left.equals(given) ? Stream.of(pair) : pairs(left);
        } catch (ConfigException.NotResolved e) {
            throw new SettingsException(
                    "--set " + pair.substring(0, pair.indexOf('=')).strip()
                            + " joins a group of keys with ${...}, which cannot be handed to the embedded cloud; put it into the"
                            + " file of --config",
                    e);
        }
    }

    /** What is not known to be a group before substitutions are resolved would be passed on whole. */
    private static void requireGroups(ConfigObject from, List<String> path) {
        ConfigValue value = from.get(path.get(0));
        if (value instanceof ConfigObject group && path.size() > 1) {
            requireGroups(group, path.subList(1, path.size()));
        } else if (value != null && path.size() > 1) {
            value.valueType();
        }
    }

    private static Stream<String> pairs(Config left) {
        return left.entrySet().isEmpty()
                ? Stream.empty()
                : left.root().entrySet().stream()
                        .map(entry -> ConfigUtil.joinPath(entry.getKey()) + "="
                                + entry.getValue().render(ConfigRenderOptions.concise()));
    }
}
