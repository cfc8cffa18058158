package flotilla.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.config.EmbeddedCloud;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The tree of an instance's metadata: values at the leaves, and for a folder the names in it, one a line, folders with a
 * slash.
 */
final class InstanceMetadata {
    /** The name of the role whose credentials each instance gets. */
    static final String ROLE = "flotilla";

    private static final String META_DATA = "/latest/meta-data/";
    private static final ObjectMapper JSON = new ObjectMapper();

    private InstanceMetadata() {}

    /**
     * What changes with time.
     *
     * @param credentialsLife how long the credentials that are handed out say to be good for
     * @param interruption when the instance is taken back, if it is
     * @param recommendation since when another instance would last longer, if one would
     */
    record Moment(
            Instant now, Duration credentialsLife, Optional<Instant> interruption, Optional<Instant> recommendation) {}

    /**
     * What stands at a path.
     *
     * @param path such as {@code /latest/meta-data/instance-id}
     * @return empty when there is nothing
     */
    static Optional<String> value(LocalInstance instance, String path, Moment moment) {
        if (path.equals("/latest/user-data")) {
            return instance.spec().userData().map(InstanceMetadata::decoded);
        }
        if (path.equals("/latest/dynamic/instance-identity/document")) {
            return Optional.of(identityDocument(instance));
        }
        if (path.equals("/latest/meta-data")) {
            return value(instance, META_DATA, moment);
        }
        if (!path.startsWith(META_DATA)) {
            return Optional.empty();
        }
        Map<String, String> leaves = leaves(instance, moment);
        String below = path.substring(META_DATA.length());
        return leaves.containsKey(below) ? Optional.of(leaves.get(below)) : listing(leaves, below);
    }

    private static Optional<String> listing(Map<String, String> leaves, String path) {
        String folder = path.isEmpty() || path.endsWith("/") ? path : path + "/";
        TreeSet<String> names = new TreeSet<>();
        for (String leaf : leaves.keySet()) {
            if (leaf.startsWith(folder)) {
                String rest = leaf.substring(folder.length());
                int slash = folder.equals("tags/instance/") ? -1 : rest.indexOf('/');
                names.add(slash < 0 ? rest : rest.substring(0, slash + 1));
            }
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(names.stream().collect(Collectors.joining("\n")));
    }

    private static Map<String, String> leaves(LocalInstance instance, Moment moment) {
        Map<String, String> leaves = new TreeMap<>();
        leaves.put("instance-id", instance.id().value());
        leaves.put("instance-type", instance.spec().instanceType());
        leaves.put("ami-id", instance.spec().imageId());
        leaves.put("ami-launch-index", String.valueOf(instance.index()));
        leaves.put("reservation-id", instance.reservationId());
        leaves.put("local-ipv4", Ports.HOST);
        leaves.put("local-hostname", "localhost");
        leaves.put("placement/availability-zone", LocalCloud.AVAILABILITY_ZONE);
        leaves.put("placement/region", EmbeddedCloud.REGION);
        leaves.put("services/domain", "amazonaws.com");
        leaves.put("iam/security-credentials/" + ROLE, credentials(moment.now(), moment.credentialsLife()));
        moment.interruption().ifPresent(at -> leaves.put("spot/instance-action", instanceAction(at)));
        moment.recommendation()
                .ifPresent(since -> leaves.put("events/recommendations/rebalance", recommendation(since)));
        instance.tags().forEach((key, value) -> leaves.put("tags/instance/" + key, value));
        return leaves;
    }

    private static String instanceAction(Instant at) {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("action", "terminate");
        json.put("time", at.toString());
        return json(json);
    }

    private static String recommendation(Instant since) {
        return json(Map.of("noticeTime", since.toString()));
    }

    private static String credentials(Instant now, Duration life) {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("Code", "Success");
        json.put("LastUpdated", now.truncatedTo(ChronoUnit.SECONDS).toString());
        json.put("Type", "AWS-HMAC");
        json.put("AccessKeyId", EmbeddedCloud.ACCESS_KEY_ID);
        json.put("SecretAccessKey", EmbeddedCloud.SECRET_ACCESS_KEY);
        json.put("Token", "local");
        json.put("Expiration", now.plus(life).truncatedTo(ChronoUnit.SECONDS).toString());
        return json(json);
    }

    private static String identityDocument(LocalInstance instance) {
        Map<String, String> json = new LinkedHashMap<>();
        json.put("accountId", LocalCloud.ACCOUNT_ID);
        json.put("architecture", "x86_64");
        json.put("availabilityZone", LocalCloud.AVAILABILITY_ZONE);
        json.put("imageId", instance.spec().imageId());
        json.put("instanceId", instance.id().value());
        json.put("instanceType", instance.spec().instanceType());
        json.put(
                "pendingTime",
                instance.launchedAt().truncatedTo(ChronoUnit.SECONDS).toString());
        json.put("privateIp", Ports.HOST);
        json.put("region", EmbeddedCloud.REGION);
        json.put("version", "2017-09-30");
        return json(json);
    }

    private static String json(Map<String, String> value) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String decoded(String base64) {
        return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
