package flotilla.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the supervisor may start and end.
 *
 * @param launchTemplate name of a launch template; when given, the other launch parameters only add to it
 * @param instanceTypes the first is launched; the next ones when EC2 has no capacity for those before. Never empty
 * @param subnetIds likewise; empty for the template's or the account's own
 * @param autoScalingGroup name of the group for {@link Mode#AUTO_SCALING_GROUP}
 * @param lifecycleHook name of the group's hook that holds a member until its worker is drained
 * @param warmPool instances kept ready beyond those wanted, for {@link Mode#LAUNCH}
 * @param replaceAtRisk whether an instance that EC2 recommends to replace is replaced and then drained
 * @param workerSettings HOCON handed to launched workers, as text
 */
public record FleetSettings(
        Mode mode,
        Optional<String> launchTemplate,
        Optional<String> imageId,
        List<String> instanceTypes,
        List<String> subnetIds,
        List<String> securityGroupIds,
        Optional<String> instanceProfile,
        Optional<String> keyName,
        Optional<String> autoScalingGroup,
        String lifecycleHook,
        WarmPool warmPool,
        boolean replaceAtRisk,
        String workerSettings) {
    /** Who starts and ends workers, and how. */
    public enum Mode {
        /** The supervisor, by RunInstances and TerminateInstances. */
        LAUNCH,
        /** The supervisor, by StartInstances and StopInstances, on a set that was made before. */
        START_STOP,
        /** The supervisor, by the desired capacity of an Auto Scaling group and terminations by name. */
        AUTO_SCALING_GROUP,
        /** People; the supervisor only logs what it would want. */
        STATIC
    }

    /** Instances kept ready. */
    public record WarmPool(int size, State state) {
        /** What they do meanwhile. */
        public enum State {
            STOPPED,
            RUNNING
        }

        public WarmPool {
            Checks.that(size >= 0 && size <= 1000, "flotilla.fleet.warm-pool.size", "from 0 to 1000, not " + size);
        }
    }

    /** What EC2 Auto Scaling takes for a hook's name. */
    private static final Pattern HOOK_NAME = Pattern.compile("[A-Za-z0-9_/-]{1,255}");

    public FleetSettings {
        instanceTypes = List.copyOf(instanceTypes);
        subnetIds = List.copyOf(subnetIds);
        securityGroupIds = List.copyOf(securityGroupIds);
        Checks.that(!instanceTypes.isEmpty(), "flotilla.fleet.instance-types", "a list of at least one type");
        Checks.that(
                mode != Mode.AUTO_SCALING_GROUP || autoScalingGroup.isPresent(),
                "flotilla.fleet.auto-scaling-group",
                "given when flotilla.fleet.mode is auto-scaling-group");
        Checks.that(
                HOOK_NAME.matcher(lifecycleHook).matches(),
                "flotilla.fleet.lifecycle-hook",
                "a name of letters, digits and - _ /, not \"" + lifecycleHook + "\"");
        Checks.that(
                warmPool.size() == 0 || mode == Mode.LAUNCH,
                "flotilla.fleet.warm-pool.size",
                "0 unless flotilla.fleet.mode is launch");
    }

    static FleetSettings from(Config config) {
        return new FleetSettings(
                Choice.of(Mode.class, config.getString("mode"), "flotilla.fleet.mode"),
                given(config, "launch-template"),
                given(config, "image-id"),
                config.getStringList("instance-types"),
                config.getStringList("subnet-ids"),
                config.getStringList("security-group-ids"),
                given(config, "instance-profile"),
                given(config, "key-name"),
                given(config, "auto-scaling-group"),
                config.getString("lifecycle-hook"),
                new WarmPool(
                        config.getInt("warm-pool.size"),
                        Choice.of(
                                WarmPool.State.class,
                                config.getString("warm-pool.state"),
                                "flotilla.fleet.warm-pool.state")),
                config.getBoolean("replace-at-risk"),
                config.getConfig("worker-settings")
                        .root()
                        .render(ConfigRenderOptions.concise().setJson(false)));
    }

    private static Optional<String> given(Config config, String key) {
        return Optional.of(config.getString(key)).filter(value -> !value.isBlank());
    }
}
