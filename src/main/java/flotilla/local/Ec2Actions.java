package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LocalInstances.StateChange;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** What each action of the EC2 Query API that changes something does, and how its answer reads. */
final class Ec2Actions {
    /** In bytes before base64. */
    private static final int MAX_USER_DATA = 16 * 1024;

    private static final int MAX_TAGS = 50;

    private final LocalInstances instances;
    private final Ec2Descriptions descriptions;

    Ec2Actions(LocalInstances instances) {
        this.instances = instances;
        this.descriptions = new Ec2Descriptions(instances);
    }

    /**
     * Carries the call out.
     *
     * @return what stands in the answer after the request id
     * @throws Ec2Exception when it is refused
     */
    Consumer<Xml> perform(Ec2Request request) {
        return switch (request.action()) {
            case "RunInstances" -> runInstances(request);
            case "TerminateInstances" -> changeState(request, instances::terminate);
            case "StopInstances" -> {
                request.ignore("Force", "Hibernate", "SkipOsShutdown");
                yield changeState(request, instances::stop);
            }
            case "StartInstances" -> {
                request.ignore("AdditionalInfo");
                yield changeState(request, instances::start);
            }
            case "CreateTags" -> createTags(request);
            case "DeleteTags" -> deleteTags(request);
            default -> descriptions.describe(request);
        };
    }

    private Consumer<Xml> runInstances(Ec2Request request) {
        int most = positive(request, "MaxCount");
        int least = positive(request, "MinCount");
        if (least > most) {
            throw Ec2Exception.invalidValue("MinCount", String.valueOf(least));
        }
        LaunchSpec spec = launchSpec(request);
        TreeMap<String, String> tags = new TreeMap<>();
        for (String specification : request.structures("TagSpecification")) {
            String type = request.require(specification + ".ResourceType");
            SortedMap<String, String> given = tags(request, specification + ".Tag");
            if (type.equals("instance")) {
                tags.putAll(given);
            }
        }
        requireFewEnough(tags);
        request.ignore(
                "BlockDeviceMapping",
                "CapacityReservationSpecification",
                "CpuOptions",
                "CreditSpecification",
                "DisableApiStop",
                "DisableApiTermination",
                "EbsOptimized",
                "EnclaveOptions",
                "HibernationOptions",
                "InstanceInitiatedShutdownBehavior",
                "InstanceMarketOptions",
                "MaintenanceOptions",
                "MetadataOptions",
                "Monitoring",
                "NetworkInterface",
                "Placement",
                "PrivateDnsNameOptions",
                "PrivateIpAddress",
                "SecurityGroup");
        requireNoDryRun(request);
        List<LocalInstance> launched = instances.launch(spec, tags, most, request.fingerprint());
        return xml -> Ec2Descriptions.reservation(xml, launched);
    }

    private static LaunchSpec launchSpec(Ec2Request request) {
        Optional<String> template = request.get("LaunchTemplate.LaunchTemplateName")
                .or(() -> request.get("LaunchTemplate.LaunchTemplateId"));
        request.ignore("LaunchTemplate");
        Optional<String> image = request.get("ImageId");
        if (image.isEmpty() && template.isEmpty()) {
            throw Ec2Exception.missing("ImageId");
        }
        Optional<String> userData = request.get("UserData").filter(text -> !text.isEmpty());
        userData.ifPresent(Ec2Actions::requireUserData);
        Optional<String> token = request.get("ClientToken");
        token.filter(text -> text.length() > 64).ifPresent(text -> {
            throw Ec2Exception.invalidValue("clientToken", text);
        });
        return new LaunchSpec(
                image.orElse("ami-local"),
                request.get("InstanceType").orElse("m1.small"),
                userData,
                token,
                request.get("SubnetId"),
                request.list("SecurityGroupId"),
                request.get("KeyName"),
                request.get("IamInstanceProfile.Name").or(() -> request.get("IamInstanceProfile.Arn")),
                template);
    }

    private static void requireUserData(String base64) {
        try {
            if (Base64.getMimeDecoder().decode(base64).length > MAX_USER_DATA) {
                throw new Ec2Exception("InvalidParameterValue", "User data is limited to " + MAX_USER_DATA + " bytes");
            }
        } catch (IllegalArgumentException e) {
            throw new Ec2Exception("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.");
        }
    }

    private Consumer<Xml> changeState(Ec2Request request, Function<List<InstanceId>, List<StateChange>> change) {
        List<InstanceId> ids = instanceIds(request);
        if (ids.isEmpty()) {
            throw Ec2Exception.missing("InstanceId");
        }
        requireNoDryRun(request);
        List<StateChange> changes = change.apply(ids);
        return xml -> xml.list(
                "instancesSet",
                changes,
                one -> xml.put("instanceId", one.id())
                        .nest("currentState", state -> Ec2Descriptions.state(state, one.current()))
                        .nest("previousState", state -> Ec2Descriptions.state(state, one.previous())));
    }

    private Consumer<Xml> createTags(Ec2Request request) {
        List<InstanceId> ids = resourceIds(request);
        SortedMap<String, String> tags = tags(request, "Tag");
        if (tags.isEmpty()) {
            throw Ec2Exception.missing("Tag");
        }
        requireNoDryRun(request);
        ids.forEach(instances::require);
        ids.forEach(id -> instances.tag(id, before -> {
            SortedMap<String, String> after = new TreeMap<>(before);
            after.putAll(tags);
            requireFewEnough(after);
            return after;
        }));
        return xml -> xml.put("return", true);
    }

    /** A tag that is given without a value goes whatever its value is; without any tag given, all go. */
    private Consumer<Xml> deleteTags(Ec2Request request) {
        List<InstanceId> ids = resourceIds(request);
        List<String> tags = request.structures("Tag");
        SortedMap<String, Optional<String>> doomed = new TreeMap<>();
        tags.forEach(tag -> doomed.put(request.require(tag + ".Key"), request.get(tag + ".Value")));
        requireNoDryRun(request);
        ids.forEach(instances::require);
        ids.forEach(id -> instances.tag(id, before -> {
            SortedMap<String, String> after = new TreeMap<>(before);
            after.entrySet()
                    .removeIf(tag -> doomed.isEmpty()
                            || doomed.containsKey(tag.getKey())
                                    && doomed.get(tag.getKey())
                                            .orElse(tag.getValue())
                                            .equals(tag.getValue()));
            return after;
        }));
        return xml -> xml.put("return", true);
    }

    private static SortedMap<String, String> tags(Ec2Request request, String list) {
        SortedMap<String, String> tags = new TreeMap<>();
        for (String tag : request.structures(list)) {
            String key = request.require(tag + ".Key");
            String value = request.get(tag + ".Value").orElse("");
            if (key.isEmpty() || key.length() > 128 || key.startsWith("aws:")) {
                throw new Ec2Exception(
                        "InvalidParameterValue",
                        "Tag key '" + key + "' is invalid: 1 to 128 characters," + " not beginning with aws:");
            }
            if (value.length() > 256) {
                throw new Ec2Exception(
                        "InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters");
            }
            tags.put(key, value);
        }
        return tags;
    }

    private static void requireFewEnough(SortedMap<String, String> tags) {
        if (tags.size() > MAX_TAGS) {
            throw new Ec2Exception(
                    "TagLimitExceeded", "The maximum number of tags for a resource is " + MAX_TAGS + ".");
        }
    }

    private static void requireNoDryRun(Ec2Request request) {
        boolean dryRun = request.flag("DryRun");
        request.requireAllRead();
        if (dryRun) {
            throw new Ec2Exception("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        }
    }

    private static List<InstanceId> resourceIds(Ec2Request request) {
        List<InstanceId> ids = new ArrayList<>();
        for (String id : request.list("ResourceId")) {
            ids.add(Ec2Descriptions.instanceId(id));
        }
        if (ids.isEmpty()) {
            throw Ec2Exception.missing("ResourceId");
        }
        return ids;
    }

    private static List<InstanceId> instanceIds(Ec2Request request) {
        return request.list("InstanceId").stream()
                .distinct()
                .map(Ec2Descriptions::instanceId)
                .toList();
    }

    private static int positive(Ec2Request request, String name) {
        int value = request.number(name).orElseThrow(() -> Ec2Exception.missing(name));
        if (value < 1) {
            throw Ec2Exception.invalidValue(name, String.valueOf(value));
        }
        return value;
    }
}
