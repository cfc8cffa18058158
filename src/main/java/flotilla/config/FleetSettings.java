package flotilla.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import java.util.List;
import java.util.Optional;

/**
 * What the supervisor may launch.
 *
 * @param launchTemplate name of a launch template; when given, the other launch parameters only add to it
 * @param workerSettings HOCON handed to launched workers, as text
 */
public record FleetSettings(
        Mode mode,
        Optional<String> launchTemplate,
        Optional<String> imageId,
        String instanceType,
        Optional<String> subnetId,
        List<String> securityGroupIds,
        Optional<String> instanceProfile,
        Optional<String> keyName,
        String workerSettings) {
    /** Who starts and ends workers. */
    public enum Mode {
        /** The supervisor, by RunInstances and TerminateInstances. */
        LAUNCH,
        /** People; the supervisor only logs what it would want. */
        STATIC
    }

    public FleetSettings {
        securityGroupIds = List.copyOf(securityGroupIds);
    }

    static FleetSettings from(Config config) {
        return new FleetSettings(
                Choice.of(Mode.class, config.getString("mode"), "flotilla.fleet.mode"),
                given(config, "launch-template"),
                given(config, "image-id"),
                config.getString("instance-type"),
                given(config, "subnet-id"),
                config.getStringList("security-group-ids"),
                given(config, "instance-profile"),
                given(config, "key-name"),
                config.getConfig("worker-settings")
                        .root()
                        .render(ConfigRenderOptions.concise().setJson(false)));
    }

    private static Optional<String> given(Config config, String key) {
        return Optional.of(config.getString(key)).filter(value -> !value.isBlank());
    }
}
