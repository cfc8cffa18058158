package flotilla.provision;

import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.QueueSettings;
import flotilla.config.StorageSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a system needs in its account, from its settings. The same things as the Terraform files make, as far as settings name them. */
public final class Blueprint {
    /** 14 days, the longest that SQS has: an accepted image is answered, whatever stands still meanwhile. */
    static final Duration LONGEST_RETENTION = Duration.ofDays(14);
    /** What these queues tell is found in the result store, too, or asked for anew. */
    static final Duration NOTICE_RETENTION = Duration.ofDays(1);

    private static final int DROP_UPLOADS_AFTER_DAYS = 1;
    /**
     * A bucket's rule knows no results: it comes after the gateways' own removal, when no message and no redrive can ask for an
     * object any more (docs/delivery.md).
     */
    private static final int MESSAGES_LIVE_DAYS = 15;

    private final FlotillaSettings settings;

    private Blueprint(FlotillaSettings settings) {
        this.settings = settings;
    }

    /**
     * Everything that is needed, in the order in which it is made.
     *
     * @param gateway whether an instance for the gateway belongs to it
     */
    public static List<Wanted> of(FlotillaSettings settings, boolean gateway) {
        Blueprint blueprint = new Blueprint(settings);
        List<Wanted> wanted = new ArrayList<>(blueprint.queues());
        wanted.addAll(blueprint.buckets());
        if (blueprint.needsTemplate()) {
            wanted.add(blueprint.template());
        }
        if (gateway) {
            wanted.add(blueprint.gateway());
        }
        if (settings.fleet().mode() == FleetSettings.Mode.START_STOP) {
            wanted.add(blueprint.instances());
        }
        return List.copyOf(wanted);
    }

    /** Everything that there may be, whatever the mode is now, in the order in which it is removed: first what uses the rest. */
    public static List<Thing> everything(FlotillaSettings settings) {
        Blueprint blueprint = new Blueprint(settings);
        List<Thing> things = new ArrayList<>();
        things.add(new Thing(Kind.GATEWAY, gatewayName(settings)));
        things.add(new Thing(Kind.INSTANCES, instancesName(settings)));
        things.add(new Thing(Kind.LAUNCH_TEMPLATE, templateName(settings)));
        blueprint.queues().stream()
                .map(Wanted::thing)
                .sorted((one, other) -> Boolean.compare(isDeadLetter(settings, one), isDeadLetter(settings, other)))
                .forEach(things::add);
        blueprint.buckets().stream().map(Wanted::thing).forEach(things::add);
        return List.copyOf(things);
    }

    /** The queue whose messages are the work. */
    public static Thing requestQueue(FlotillaSettings settings) {
        return new Thing(Kind.QUEUE, settings.queue().request());
    }

    /** The queue of what was given up. */
    public static Thing deadLetters(FlotillaSettings settings) {
        return new Thing(Kind.QUEUE, settings.queue().deadLetter());
    }

    /** The queues whose messages stand for images without an answer. */
    public static Set<Thing> work(FlotillaSettings settings) {
        return Set.of(requestQueue(settings), deadLetters(settings));
    }

    /** The workers, as one thing. */
    public static Thing workers(FlotillaSettings settings) {
        return new Thing(Kind.INSTANCES, instancesName(settings));
    }

    /** The launch template's name; one of our own when the settings give none. */
    public static String templateName(FlotillaSettings settings) {
        return settings.fleet().launchTemplate().orElse(settings.cluster().name() + "-worker");
    }

    /** What the gateway's instance is called. */
    public static String gatewayName(FlotillaSettings settings) {
        return settings.cluster().name() + "-gateway";
    }

    private static String instancesName(FlotillaSettings settings) {
        return "app-tier-instance-1.." + settings.scaling().maxInstances();
    }

    private static boolean isDeadLetter(FlotillaSettings settings, Thing thing) {
        return thing.name().equals(settings.queue().deadLetter());
    }

    /** The dead-letter queue comes first: the request queue names it. */
    private List<Wanted> queues() {
        QueueSettings queue = settings.queue();
        Map<String, String> request = queue(LONGEST_RETENTION);
        request.put(Attributes.DEAD_LETTERS_TO, queue.deadLetter());
        request.put(Attributes.MAX_RECEIVES, Integer.toString(queue.maxReceiveCount()));
        return List.of(
                Wanted.of(Kind.QUEUE, queue.deadLetter(), queue(LONGEST_RETENTION)),
                Wanted.of(Kind.QUEUE, queue.request(), request),
                Wanted.of(Kind.QUEUE, queue.response(), queue(NOTICE_RETENTION)),
                Wanted.of(Kind.QUEUE, queue.terminateRequest(), queue(NOTICE_RETENTION)),
                Wanted.of(Kind.QUEUE, queue.terminateConfirm(), queue(NOTICE_RETENTION)));
    }

    private Map<String, String> queue(Duration retention) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(Attributes.LEASE, seconds(settings.queue().visibilityTimeout()));
        attributes.put(Attributes.LONG_POLL, seconds(settings.queue().receiveWait()));
        attributes.put(Attributes.RETENTION, seconds(retention));
        attributes.put(Attributes.QUEUE_ENCRYPTION, "true");
        return attributes;
    }

    private List<Wanted> buckets() {
        StorageSettings storage = settings.storage();
        return List.of(
                bucket(storage.inputBucket(), storage.inputLifetime(), storage.prefix()),
                bucket(storage.outputBucket(), storage.resultLifetime(), storage.prefix()));
    }

    private static Wanted bucket(String name, Duration lifetime, String prefix) {
        return Wanted.of(
                Kind.BUCKET,
                name,
                Map.of(
                        Attributes.PUBLIC_ACCESS,
                        Attributes.BLOCKED,
                        Attributes.ENCRYPTION,
                        Attributes.ON,
                        Attributes.EXPIRE_AFTER_DAYS,
                        Long.toString(days(lifetime)),
                        Attributes.DROP_UPLOADS_AFTER_DAYS,
                        Integer.toString(DROP_UPLOADS_AFTER_DAYS),
                        Attributes.EXPIRY_PREFIX,
                        prefix));
    }

    /** Instances of a set are launched by a template, too, where the settings name one. */
    private boolean needsTemplate() {
        FleetSettings fleet = settings.fleet();
        return fleet.mode() == FleetSettings.Mode.LAUNCH
                || fleet.mode() == FleetSettings.Mode.START_STOP
                        && fleet.launchTemplate().isPresent();
    }

    private Wanted template() {
        FleetSettings fleet = settings.fleet();
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(Attributes.TYPE, fleet.instanceTypes().get(0));
        attributes.put(Attributes.METADATA, Attributes.SESSIONS);
        attributes.put(Attributes.ENCRYPTION, Attributes.ON);
        fleet.imageId().ifPresent(image -> attributes.put(Attributes.IMAGE, image));
        fleet.keyName().ifPresent(key -> attributes.put(Attributes.KEY, key));
        fleet.instanceProfile().ifPresent(profile -> attributes.put(Attributes.PROFILE, profile));
        if (!fleet.securityGroupIds().isEmpty()) {
            attributes.put(Attributes.SECURITY_GROUPS, String.join(",", fleet.securityGroupIds()));
        }
        Wanted wanted = Wanted.of(Kind.LAUNCH_TEMPLATE, templateName(settings), attributes);
        return fleet.imageId().isPresent() || settings.aws().ec2().isPresent()
                ? wanted
                : wanted.butImpossible(
                        "needs the workers' machine image: set flotilla.fleet.image-id (infra/packer makes one)");
    }

    private Wanted gateway() {
        Wanted wanted = Wanted.of(Kind.GATEWAY, gatewayName(settings), Map.of());
        if (settings.aws().ec2().isPresent()) {
            return wanted.butImpossible(
                    "the embedded cloud's instances are workers; leave --gateway out and start `flotilla gateway` here");
        }
        return settings.provision().gateway().imageId().isPresent()
                ? wanted
                : wanted.butImpossible(
                        "needs the gateway's machine image: set flotilla.provision.gateway.image-id (infra/packer makes one)");
    }

    private Wanted instances() {
        Wanted wanted = Wanted.of(
                Kind.INSTANCES,
                instancesName(settings),
                Map.of(
                        Attributes.COUNT,
                        Integer.toString(settings.scaling().maxInstances()),
                        Attributes.UNFINISHED,
                        "0",
                        Attributes.OUTDATED,
                        "0"));
        boolean known = settings.fleet().imageId().isPresent()
                || settings.fleet().launchTemplate().isPresent()
                || settings.aws().ec2().isPresent();
        return known
                ? wanted
                : wanted.butImpossible(
                        "needs the workers' machine image: set flotilla.fleet.image-id (infra/packer makes one)");
    }

    /** SQS takes whole seconds; a lease must not be shorter than the settings'. */
    private static String seconds(Duration time) {
        return Long.toString((time.toMillis() + 999) / 1000);
    }

    /** S3 takes whole days; nothing may go earlier than the settings say. */
    private static long days(Duration lifetime) {
        long minutesOfDay = Duration.ofDays(1).toMinutes();
        return lifetime.isZero() ? 0 : (lifetime.toMinutes() + minutesOfDay - 1) / minutesOfDay + MESSAGES_LIVE_DAYS;
    }
}
