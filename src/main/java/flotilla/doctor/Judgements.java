package flotilla.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What figures and answers mean. Every method is a pure function. */
public final class Judgements {
    /** AWS takes no signature that is older or younger; S3 allows 15 minutes. */
    static final Duration REFUSED_SKEW = Duration.ofMinutes(5);

    static final Duration NOTICED_SKEW = Duration.ofSeconds(30);
    /** An image's time must fit into a lease so often, for a worker may stand still for a while before it extends it. */
    private static final int LEASE_FITS = 2;

    private Judgements() {}

    /**
     * This machine's clock.
     *
     * @param ahead of the service's; negative when it is behind
     */
    public static Finding clock(String service, Duration ahead) {
        String check = "clock";
        String words = "this machine's clock is " + Math.abs(ahead.toSeconds()) + " s "
                + (ahead.isNegative() ? "behind" : "ahead of") + " " + service + "'s";
        String remedy = "set the clock, and let it follow a time server (chrony, systemd-timesyncd)";
        if (ahead.abs().compareTo(REFUSED_SKEW) > 0) {
            return Finding.error(check, words + "; AWS refuses requests by such a clock", remedy);
        }
        return ahead.abs().compareTo(NOTICED_SKEW) > 0
                ? Finding.warning(check, words, remedy)
                : Finding.ok(check, words);
    }

    /**
     * The lease on a message against what an image takes.
     *
     * @param image time of one image, as far as settings know it
     */
    public static Finding lease(Duration lease, Duration image) {
        String check = "lease";
        String what = "flotilla.queue.visibility-timeout is " + text(lease) + ", an image takes " + text(image)
                + " by scaling.assumed.service-time and classifier.delay";
        Duration least = image.multipliedBy(LEASE_FITS);
        return lease.compareTo(least) >= 0
                ? Finding.ok(check, what)
                : Finding.warning(
                        check,
                        what + ", so a worker that stands still for a moment loses it to another",
                        "set flotilla.queue.visibility-timeout to at least " + text(least));
    }

    /** Who listens where a port of ours is to be. */
    public enum Listener {
        NOBODY,
        A_GATEWAY,
        SOMEBODY,
        /** The address is not this machine's. */
        NOT_OURS
    }

    /** A port that a gateway binds; 0 is any free one. */
    public static Finding port(String setting, String host, int port, Listener listener) {
        String check = "port " + port;
        if (port == 0) {
            return Finding.ok("port of " + setting, "any free one is taken");
        }
        return switch (listener) {
            case NOBODY -> Finding.ok(check, "free (" + setting + ")");
            case A_GATEWAY -> Finding.ok(check, "a gateway runs here (" + setting + ")");
            case SOMEBODY ->
                Finding.error(
                        check,
                        "another program listens at " + host + ":" + port + " (" + setting + ")",
                        "stop that program, or choose another port with " + setting);
            case NOT_OURS ->
                Finding.warning(
                        check,
                        host + " is no address of this machine (" + setting + ")",
                        "run doctor on the gateway's machine, or correct the host beside " + setting);
        };
    }

    /** A file that a setting names. */
    public static Finding file(String setting, String path, boolean readable) {
        return readable
                ? Finding.ok("secrets", setting + ": " + path + " can be read")
                : Finding.error(
                        "secrets",
                        setting + ": " + path + " cannot be read",
                        "check the path, and that this user may read the file");
    }

    /**
     * Something that these credentials may not look at. A gateway's role may not see all of it, and works.
     *
     * @param what in words, such as {@code a part of it}
     * @param permissions those that are missing
     */
    public static Finding notSeen(String check, String what, String permissions) {
        return Finding.warning(
                check,
                what + " could not be looked at: these credentials lack " + permissions,
                "run doctor with an operator's credentials, or grant it (docs/aws.md); gateways and workers work without it");
    }

    /** A launch that was only rehearsed. */
    public static Finding launch(String place, Optional<String> refusal) {
        String check = "launch of " + place;
        return refusal.map(why -> Finding.error(
                        check,
                        why,
                        "correct what it names (flotilla.fleet: image, template, subnets, security groups, profile), or get the "
                                + "permission; docs/aws.md has those that are needed"))
                .orElseGet(() -> Finding.ok(check, "EC2 would launch a worker (dry run)"));
    }

    /** The same of a member of the stopped set: those that are there work without another launch. */
    public static Finding launchOfMember(String place, Optional<String> refusal) {
        Finding finding = launch(place, refusal);
        return finding.status() == Finding.Status.OK
                ? finding
                : Finding.warning(
                        finding.check(), finding.what(), "for new members of the set alone: " + finding.remedy());
    }

    /** A machine image. */
    public static Finding image(String id, String state) {
        String check = "image " + id;
        return state.equals("available")
                ? Finding.ok(check, "is available")
                : Finding.error(
                        check,
                        "is " + state,
                        "wait until it is available, or name another one (flotilla.fleet.image-id)");
    }

    /**
     * A model folder in S3.
     *
     * @param needed names of files
     * @param files names of those that are there
     * @param remedies what to do about a file that one may not have yet, by its name
     */
    public static Finding modelInS3(
            String location, List<String> needed, List<String> files, Map<String, String> remedies) {
        List<String> missing =
                needed.stream().filter(file -> !files.contains(file)).collect(Collectors.toList());
        return missing.isEmpty()
                ? Finding.ok("model", location + " has " + String.join(", ", needed))
                : Finding.error(
                        "model",
                        location + " lacks " + String.join(", ", missing),
                        "copy the model folder there (aws s3 cp --recursive), or correct flotilla.model.path"
                                + missing.stream()
                                        .filter(remedies::containsKey)
                                        .map(file -> "; " + file + ": " + remedies.get(file))
                                        .collect(Collectors.joining()));
    }

    /** A model folder that is not here, where workers are launched elsewhere: their image must have it. */
    public static Finding modelElsewhere(String folder) {
        return Finding.warning(
                "model",
                folder + " is not on this machine, and the workers' image could not be looked into",
                "see that the workers' image has it (infra/image/bundle.sh with FLOTILLA_MODEL), or correct flotilla.model.path");
    }

    private static String text(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}
