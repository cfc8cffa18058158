package flotilla.local;

import flotilla.config.EmbeddedCloud;
import flotilla.domain.InstanceId;
import flotilla.local.LocalInstance.State;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** The actions of the EC2 Query API that describe, and how instances read in an answer. */
final class Ec2Descriptions {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final String IMAGE = "ami-local";
    private static final String TOKEN_PREFIX = "after ";

    private static final Map<String, Ec2Filters.Fields<LocalInstance>> INSTANCE_FIELDS = Map.ofEntries(
            Map.entry("instance-id", one -> List.of(one.id().value())),
            Map.entry("instance-state-name", one -> List.of(one.state().text())),
            Map.entry(
                    "instance-state-code",
                    one -> List.of(String.valueOf(one.state().code()))),
            Map.entry("image-id", one -> List.of(one.spec().imageId())),
            Map.entry("instance-type", one -> List.of(one.spec().instanceType())),
            Map.entry("client-token", one -> one.spec().clientToken().stream().toList()),
            Map.entry("reservation-id", one -> List.of(one.reservationId())),
            Map.entry("subnet-id", one -> one.spec().subnetId().stream().toList()),
            Map.entry("key-name", one -> one.spec().keyName().stream().toList()),
            Map.entry("availability-zone", one -> List.of(LocalCloud.AVAILABILITY_ZONE)));

    private static final Map<String, Ec2Filters.Fields<Tag>> TAG_FIELDS = Map.of(
            "resource-id", tag -> List.of(tag.instance().value()),
            "resource-type", tag -> List.of("instance"),
            "key", tag -> List.of(tag.key()),
            "value", tag -> List.of(tag.value()));

    /**
     * One tag of one instance.
     *
     * @param place in the order in which tags are described
     */
    private record Tag(InstanceId instance, long place, String key, String value) {}

    /** A part of a list, and where the next part begins. */
    private record Page<T>(List<T> elements, Optional<String> nextToken) {}

    private final LocalInstances instances;

    Ec2Descriptions(LocalInstances instances) {
        this.instances = instances;
    }

    /** @throws Ec2Exception {@code InvalidAction} when the action is none of these */
    Consumer<Xml> describe(Ec2Request request) {
        return switch (request.action()) {
            case "DescribeInstances" -> describeInstances(request);
            case "DescribeInstanceStatus" -> describeInstanceStatus(request);
            case "DescribeTags" -> describeTags(request);
            case "DescribeImages" -> describeImages(request);
            case "DescribeRegions" -> describeRegions(request);
            case "DescribeAvailabilityZones" -> describeAvailabilityZones(request);
            default ->
                throw new Ec2Exception(
                        "InvalidAction",
                        "The action " + request.action()
                                + " is not valid for this web service: the embedded cloud does not" + " have it.");
        };
    }

    /** @throws Ec2Exception {@code InvalidInstanceID.Malformed} */
    static InstanceId instanceId(String text) {
        if (!text.matches("i-[0-9a-f]{8,17}")) {
            throw new Ec2Exception("InvalidInstanceID.Malformed", "Invalid id: \"" + text + "\"");
        }
        return new InstanceId(text);
    }

    /** A moment as EC2 writes it. */
    static String time(Instant moment) {
        return TIME.format(moment);
    }

    static void state(Xml xml, State state) {
        xml.put("code", state.code()).put("name", state.text());
    }

    /** A reservation: the instances of one launch. */
    static void reservation(Xml xml, List<LocalInstance> launched) {
        xml.put("reservationId", launched.get(0).reservationId())
                .put("ownerId", LocalCloud.ACCOUNT_ID)
                .nest("groupSet", none -> {})
                .list("instancesSet", launched, one -> instance(xml, one));
    }

    private static void instance(Xml xml, LocalInstance one) {
        boolean hasAddress = one.state() != State.TERMINATED && one.state() != State.SHUTTING_DOWN;
        xml.put("instanceId", one.id())
                .put("imageId", one.spec().imageId())
                .nest("instanceState", state -> state(state, one.state()))
                .put("privateDnsName", hasAddress ? "localhost" : "")
                .put("dnsName", "")
                .put(
                        "reason",
                        one.stateReason().map(LocalInstance.StateReason::code).orElse(""))
                .put("keyName", one.spec().keyName())
                .put("amiLaunchIndex", one.index())
                .put("instanceType", one.spec().instanceType())
                .put("launchTime", time(one.launchedAt()))
                .nest(
                        "placement",
                        placement -> placement
                                .put("availabilityZone", LocalCloud.AVAILABILITY_ZONE)
                                .put("tenancy", "default"))
                .nest("monitoring", monitoring -> monitoring.put("state", "disabled"))
                .put("subnetId", one.spec().subnetId())
                .put("privateIpAddress", Optional.of(Ports.HOST).filter(address -> hasAddress))
                .put("architecture", "x86_64")
                .put("clientToken", one.spec().clientToken().orElse(""))
                .list(
                        "groupSet",
                        one.spec().securityGroupIds(),
                        group -> xml.put("groupId", group).put("groupName", group));
        one.stateReason()
                .ifPresent(reason -> xml.nest(
                        "stateReason",
                        inside -> inside.put("code", reason.code()).put("message", reason.message())));
        one.spec()
                .instanceProfile()
                .ifPresent(profile -> xml.nest(
                        "iamInstanceProfile",
                        inside -> inside.put("arn", profileArn(profile)).put("id", "AIPALOCAL")));
        xml.list(
                "tagSet",
                one.tags().entrySet(),
                tag -> xml.put("key", tag.getKey()).put("value", tag.getValue()));
    }

    private Consumer<Xml> describeInstances(Ec2Request request) {
        List<LocalInstance> named = named(request);
        List<LocalInstance> matching = Ec2Filters.of(request).apply(named, INSTANCE_FIELDS, LocalInstance::tags);
        Page<LocalInstance> page = page(request, matching, LocalInstance::sequence);
        Map<String, List<LocalInstance>> reservations = new LinkedHashMap<>();
        page.elements()
                .forEach(one -> reservations
                        .computeIfAbsent(one.reservationId(), id -> new ArrayList<>())
                        .add(one));
        return xml -> xml.list("reservationSet", reservations.values(), launched -> reservation(xml, launched))
                .put("nextToken", page.nextToken());
    }

    private Consumer<Xml> describeInstanceStatus(Ec2Request request) {
        boolean all = request.flag("IncludeAllInstances");
        List<LocalInstance> named = named(request).stream()
                .filter(one -> all || one.state() == State.RUNNING)
                .toList();
        List<LocalInstance> matching = Ec2Filters.of(request).apply(named, INSTANCE_FIELDS, one -> one.tags());
        Page<LocalInstance> page = page(request, matching, LocalInstance::sequence);
        return xml -> xml.list("instanceStatusSet", page.elements(), one -> {
                    String status = one.state() == State.RUNNING ? "ok" : "not-applicable";
                    xml.put("instanceId", one.id())
                            .put("availabilityZone", LocalCloud.AVAILABILITY_ZONE)
                            .nest("instanceState", state -> state(state, one.state()))
                            .nest("systemStatus", inside -> inside.put("status", status))
                            .nest("instanceStatus", inside -> inside.put("status", status));
                })
                .put("nextToken", page.nextToken());
    }

    private Consumer<Xml> describeTags(Ec2Request request) {
        List<Tag> tags = new ArrayList<>();
        for (LocalInstance one : instances.all()) {
            long place = one.sequence() << 8;
            for (Map.Entry<String, String> tag : one.tags().entrySet()) {
                tags.add(new Tag(one.id(), place++, tag.getKey(), tag.getValue()));
            }
        }
        List<Tag> matching = Ec2Filters.of(request).apply(tags, TAG_FIELDS, tag -> Map.of(tag.key(), tag.value()));
        Page<Tag> page = page(request, matching, Tag::place);
        return xml -> xml.list(
                        "tagSet",
                        page.elements(),
                        tag -> xml.put("resourceId", tag.instance())
                                .put("resourceType", "instance")
                                .put("key", tag.key())
                                .put("value", tag.value()))
                .put("nextToken", page.nextToken());
    }

    /** Instances here run one program, whatever image they are launched from: an image of any id is there. */
    private static Consumer<Xml> describeImages(Ec2Request request) {
        List<String> asked = request.list("ImageId");
        List<String> images = asked.isEmpty() ? List.of(IMAGE) : asked;
        request.ignore(
                "DryRun", "ExecutableBy", "Owner", "Filter", "IncludeDeprecated", "IncludeDisabled", "MaxResults");
        request.requireAllRead();
        images.stream().filter(id -> !id.matches("ami-[a-z0-9-]+")).findFirst().ifPresent(id -> {
            throw new Ec2Exception("InvalidAMIID.Malformed", "Invalid id: \"" + id + "\" (expecting \"ami-...\")");
        });
        return xml -> xml.list(
                "imagesSet",
                images,
                image -> xml.put("imageId", image)
                        .put("imageState", "available")
                        .put("imageOwnerId", LocalCloud.ACCOUNT_ID)
                        .put("architecture", "x86_64")
                        .put("imageType", "machine")
                        .put("name", image)
                        .put("rootDeviceType", "ebs")
                        .put("rootDeviceName", "/dev/xvda"));
    }

    private static Consumer<Xml> describeRegions(Ec2Request request) {
        request.ignore("DryRun", "AllRegions", "RegionName", "Filter");
        request.requireAllRead();
        return xml -> xml.list(
                "regionInfo",
                List.of(EmbeddedCloud.REGION),
                region -> xml.put("regionName", region)
                        .put("regionEndpoint", Ports.HOST)
                        .put("optInStatus", "opt-in-not-required"));
    }

    private static Consumer<Xml> describeAvailabilityZones(Ec2Request request) {
        request.ignore("DryRun", "AllAvailabilityZones", "ZoneName", "ZoneId", "Filter");
        request.requireAllRead();
        return xml -> xml.list(
                "availabilityZoneInfo",
                List.of(LocalCloud.AVAILABILITY_ZONE),
                zone -> xml.put("zoneName", zone)
                        .put("zoneState", "available")
                        .put("regionName", EmbeddedCloud.REGION));
    }

    /** The instances with the given ids, or all. */
    private List<LocalInstance> named(Ec2Request request) {
        List<InstanceId> ids = request.list("InstanceId").stream()
                .distinct()
                .map(Ec2Descriptions::instanceId)
                .toList();
        return ids.isEmpty()
                ? instances.all()
                : ids.stream().map(instances::require).toList();
    }

    /**
     * MaxResults and NextToken. The token is the place of the last element given, so that nothing is missed when others
     * before it go meanwhile.
     *
     * @param all in ascending order of their places
     */
    private static <T> Page<T> page(Ec2Request request, List<T> all, ToLongFunction<T> place) {
        Optional<Integer> most = request.number("MaxResults");
        long after = request.get("NextToken").map(Ec2Descriptions::place).orElse(-1L);
        boolean dryRun = request.flag("DryRun");
        request.requireAllRead();
        if (dryRun) {
            throw new Ec2Exception("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        }
        most.filter(number -> number < 5 || number > 1000).ifPresent(number -> {
            throw new Ec2Exception(
                    "InvalidParameterValue",
                    "Value ( " + number + " ) for parameter maxResults is invalid. Expecting a value from 5 to 1000.");
        });
        List<T> rest = all.stream()
                .filter(element -> place.applyAsLong(element) > after)
                .toList();
        if (most.isEmpty() || rest.size() <= most.get()) {
            return new Page<>(rest, Optional.empty());
        }
        List<T> elements = rest.subList(0, most.get());
        return new Page<>(elements, Optional.of(token(place.applyAsLong(elements.get(elements.size() - 1)))));
    }

    private static String token(long place) {
        return Base64.getUrlEncoder().encodeToString((TOKEN_PREFIX + place).getBytes(StandardCharsets.US_ASCII));
    }

    private static long place(String token) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
            return Long.parseLong(text.substring(TOKEN_PREFIX.length()));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw Ec2Exception.invalidValue("nextToken", token);
        }
    }

    private static String profileArn(String profile) {
        return profile.startsWith("arn:")
                ? profile
                : "arn:aws:iam::" + LocalCloud.ACCOUNT_ID + ":instance-profile/" + profile;
    }
}
