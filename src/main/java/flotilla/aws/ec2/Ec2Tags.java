package flotilla.aws.ec2;

import static java.nio.charset.StandardCharsets.UTF_8;

import flotilla.aws.AwsTags;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.ec2.model.InstanceLifecycleType;
import software.amazon.awssdk.services.ec2.model.Tag;

/** What we write on instances, and how we read them. */
final class Ec2Tags {
    static final String NAME = "Name";
    static final String CLUSTER = AwsTags.CLUSTER;
    static final String APP_TIER_ID = "flotilla:app-tier-id";
    /** What a machine of ours is for; a worker's instance may go without it. */
    static final String ROLE = "flotilla:role";

    /** On a member of a stopped set: {@link #NEW} from its launch until it is stopped for the first time, then {@link #READY}. */
    static final String SET = "flotilla:set";

    static final String NEW = "new";
    static final String READY = "ready";
    /** On a member of a stopped set: which gateways its user data names. */
    static final String GATEWAYS = "flotilla:gateways";

    static final String WORKER = "worker";
    static final String GATEWAY = "gateway";
    /** EC2 Auto Scaling's own, on every machine that a group has launched. */
    static final String GROUP = "aws:autoscaling:groupName";

    private static final int LONGEST_VALUE = 256;

    private Ec2Tags() {}

    /** The tags of a worker's instance, from its first moment. */
    static List<Tag> of(String cluster, AppTierId id) {
        return List.of(tag(NAME, "app-tier-instance-" + id), tag(CLUSTER, cluster), tag(APP_TIER_ID, id.toString()));
    }

    /**
     * The tag of gateways' addresses: themselves, or a digest of them where they are too long for a tag.
     *
     * @param addresses each {@code host:port}
     */
    static Tag gateways(List<String> addresses) {
        String all = String.join(" ", addresses);
        return tag(
                GATEWAYS,
                all.length() <= LONGEST_VALUE
                        ? all
                        : UUID.nameUUIDFromBytes(all.getBytes(UTF_8)).toString());
    }

    /** Whether a machine is a worker's for all that its tags say; a gateway's carries the cluster's tag, too. */
    static boolean isWorkers(software.amazon.awssdk.services.ec2.model.Instance instance) {
        return instance.tags().stream()
                .noneMatch(tag -> tag.key().equals(ROLE) && !tag.value().equals(WORKER));
    }

    static Instance toOwn(software.amazon.awssdk.services.ec2.model.Instance instance) {
        return new Instance(
                new InstanceId(instance.instanceId()),
                appTierId(instance.tags()),
                state(instance.state().nameAsString()),
                Optional.ofNullable(instance.launchTime()).orElse(Instant.EPOCH),
                Optional.ofNullable(instance.instanceTypeAsString()).orElse(""),
                instance.instanceLifecycle() == InstanceLifecycleType.SPOT);
    }

    private static Optional<AppTierId> appTierId(List<Tag> tags) {
        return tags.stream()
                .filter(tag -> tag.key().equals(APP_TIER_ID) && tag.value().matches("[1-9]\\d{0,8}"))
                .map(tag -> new AppTierId(Integer.parseInt(tag.value())))
                .findFirst();
    }

    private static InstanceState state(String name) {
        return switch (name) {
            case "pending" -> InstanceState.PENDING;
            case "running" -> InstanceState.RUNNING;
            case "shutting-down" -> InstanceState.SHUTTING_DOWN;
            case "terminated" -> InstanceState.TERMINATED;
            case "stopping" -> InstanceState.STOPPING;
            case "stopped" -> InstanceState.STOPPED;
            default -> throw new IllegalArgumentException("EC2 told an instance state that we do not know: " + name);
        };
    }

    static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
