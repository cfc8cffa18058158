package flotilla.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the configuration together: {@code reference.conf}, a file, a text (a worker's user data), {@code key=value} pairs;
 * the later wins. Unknown keys below {@code flotilla} are errors.
 */
public final class SettingsLoader {
    /** Keys that hold what their reader does not know in advance. */
    private static final Set<String> OPEN_KEYS = Set.of("flotilla.fleet.worker-settings", "flotilla.model.conf");

    /** What we change in Pekko's own defaults; a reference.conf could not, for class-path order would decide. */
    private static final String PEKKO_PART = "flotilla-pekko.conf";

    private SettingsLoader() {}

    /**
     * Loads the whole configuration, Pekko's part included.
     *
     * @param file a HOCON file
     * @param userData HOCON text that wins over the file
     * @param sets {@code key=value} pairs that win over everything
     * @throws SettingsException when a file cannot be read, a pair is no pair or a key is unknown
     */
    public static Config load(Optional<Path> file, Optional<String> userData, List<String> sets) {
        return load(List.of(), file, userData, sets);
    }

    /**
     * Loads the whole configuration over computed defaults.
     *
     * @param defaults {@code key=value} pairs that win over {@code reference.conf} alone
     */
    public static Config load(
            List<String> defaults, Optional<Path> file, Optional<String> userData, List<String> sets) {
        try {
            Config config = file.map(SettingsLoader::parse).orElseGet(ConfigFactory::empty);
            for (String value : defaults) {
                config = config.withFallback(pair(value));
            }
            if (userData.isPresent()) {
                config = ConfigFactory.parseString(
                                userData.get(), ConfigParseOptions.defaults().setOriginDescription("user data"))
                        .withFallback(config);
            }
            for (String set : sets) {
                config = pair(set).withFallback(config);
            }
            Config reference =
                    ConfigFactory.parseResources(PEKKO_PART).withFallback(ConfigFactory.defaultReferenceUnresolved());
            Config resolved = config.withFallback(reference).resolve();
            refuseUnknownKeys(resolved, ConfigFactory.defaultReference());
            return withEndpointsFile(resolved);
        } catch (ConfigException e) {
            throw SettingsException.of(e);
        }
    }

    private static Config parse(Path file) {
        if (!Files.isReadable(file)) {
            throw new SettingsException("cannot read the configuration file " + file + "; check --config");
        }
        return ConfigFactory.parseFile(file.toFile());
    }

    /**
     * What a {@code key=value} pair gives, as {@link #load} takes it; substitutions are not resolved.
     *
     * @throws SettingsException when it is no pair
     */
    public static Config parsePair(String set) {
        try {
            return pair(set);
        } catch (ConfigException e) {
            throw SettingsException.of(e);
        }
    }

    private static Config pair(String set) {
        int equals = set.indexOf('=');
        if (equals < 1) {
            throw new SettingsException("--set takes key=value, not \"" + set + "\"");
        }
        String key = set.substring(0, equals).strip();
        String value = set.substring(equals + 1).strip();
        ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription("--set " + key);
        if (value.startsWith("[") || value.startsWith("{") || value.startsWith("\"")) {
            return ConfigFactory.parseString(key + " = " + value, options);
        }
        return ConfigFactory.parseMap(Map.of(key, value), "--set " + key);
    }

    private static void refuseUnknownKeys(Config given, Config reference) {
        if (given.hasPath("flotilla")) {
            refuseUnknownKeys("flotilla", given.getValue("flotilla"), reference.getValue("flotilla"));
        }
    }

    private static void refuseUnknownKeys(String path, ConfigValue given, ConfigValue reference) {
        if (given.valueType() == ConfigValueType.OBJECT && reference.valueType() != ConfigValueType.OBJECT) {
            throw new SettingsException(path + " is a value, not a group of keys ("
                    + given.origin().description() + "); see reference.conf");
        }
        if (OPEN_KEYS.contains(path)
                || given.valueType() != ConfigValueType.OBJECT
                || reference.valueType() != ConfigValueType.OBJECT) {
            return;
        }
        ConfigObject known = (ConfigObject) reference;
        for (Map.Entry<String, ConfigValue> entry : ((ConfigObject) given).entrySet()) {
            String key = path + "." + entry.getKey();
            if (!known.containsKey(entry.getKey())) {
                throw new SettingsException("unknown configuration key " + key + " ("
                        + entry.getValue().origin().description()
                        + "); the keys and their meaning are in reference.conf");
            }
            refuseUnknownKeys(key, entry.getValue(), known.get(entry.getKey()));
        }
    }

    /** Fills endpoints, region and credentials from an {@code endpoints.json}; what is given explicitly stays. */
    private static Config withEndpointsFile(Config config) {
        String file = config.getString("flotilla.aws.endpoints-file");
        if (file.isBlank()) {
            return config;
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            throw new SettingsException("flotilla.aws.endpoints-file: cannot read " + path
                    + "; start `flotilla cloud --data DIR` first, it writes DIR/endpoints.json");
        }
        Config endpoints = ConfigFactory.parseFile(path.toFile());
        Config filled = config;
        for (String service : List.of("sqs", "s3", "ec2")) {
            filled = fill(filled, "flotilla.aws.endpoint." + service, endpoints.getString(service));
        }
        filled = fill(filled, "flotilla.aws.endpoint.autoscaling", endpoints.getString("ec2"));
        filled = fill(filled, "flotilla.aws.region", EmbeddedCloud.REGION);
        filled = fill(filled, "flotilla.aws.credentials.access-key-id", EmbeddedCloud.ACCESS_KEY_ID);
        return fill(filled, "flotilla.aws.credentials.secret-access-key", EmbeddedCloud.SECRET_ACCESS_KEY);
    }

    private static Config fill(Config config, String key, String value) {
        return config.getString(key).isBlank() ? config.withValue(key, ConfigValueFactory.fromAnyRef(value)) : config;
    }
}
