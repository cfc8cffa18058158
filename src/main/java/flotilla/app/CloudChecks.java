package flotilla.app;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.aws.s3.S3ModelStore;
import flotilla.config.AwsSettings;
import flotilla.config.ClassifierSettings;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.ModelLocation;
import flotilla.doctor.Finding;
import flotilla.doctor.Judgements;
import flotilla.doctor.ThingFindings;
import flotilla.inference.ModelCache;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.ModelStore;
import flotilla.provision.Attributes;
import flotilla.provision.Blueprint;
import flotilla.provision.Kind;
import flotilla.provision.ProvisionPlan;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Checks of what is beyond this machine: credentials, endpoints, clock, queues, buckets, what workers come from, a model in S3. */
final class CloudChecks {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    private static final String TEMPLATE_PERMISSIONS =
            "ec2:DescribeLaunchTemplates and ec2:DescribeLaunchTemplateVersions";

    private final CommonOptions.Loaded loaded;
    private final FlotillaSettings settings;
    private final Provisioners provisioners;
    private final AwsClients clients;
    private final HttpClient http;
    private final Duration askWithin;

    /** @param limit of each check */
    CloudChecks(CommonOptions.Loaded loaded, Provisioners provisioners, Duration limit) {
        this.loaded = loaded;
        this.settings = loaded.settings();
        this.provisioners = provisioners;
        this.clients = provisioners.clients();
        // So that a silent endpoint is told as such, and not as a check without an end.
        this.askWithin = limit.multipliedBy(3).dividedBy(4);
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(askWithin)
                .build();
    }

    List<Examination.Check> all() {
        List<Examination.Check> checks = new ArrayList<>();
        checks.add(new Examination.Check("credentials", this::credentials));
        endpoints()
                .forEach((service, url) ->
                        checks.add(new Examination.Check("endpoint " + service, () -> endpoint(service, url))));
        for (Wanted wanted : Blueprint.of(settings, false)) {
            String name = wanted.thing().toString();
            checks.add(
                    wanted.thing().kind() == Kind.LAUNCH_TEMPLATE
                            ? optional(name, TEMPLATE_PERMISSIONS, () -> thing(wanted))
                            : new Examination.Check(name, () -> thing(wanted)));
        }
        checks.addAll(new FleetChecks(settings, clients).all());
        if (settings.classifier().kind() == ClassifierSettings.Kind.DJL
                && settings.model().location() instanceof ModelLocation.InS3 location) {
            checks.add(new Examination.Check("model", () -> model(location)));
        }
        return checks;
    }

    /** One of which a gateway has no need: that a role may not look is no fault of the system. */
    static Examination.Check optional(String name, String permissions, Callable<List<Finding>> look) {
        return unlessDenied(name, Judgements.notSeen(name, "it", permissions), look);
    }

    /** @param denied what is found where these credentials may not look */
    static Examination.Check unlessDenied(String name, Finding denied, Callable<List<Finding>> look) {
        return new Examination.Check(name, () -> {
            try {
                return look.call();
            } catch (CompletionException e) {
                if (!AwsErrors.isDenied(e)) {
                    throw e;
                }
                return List.of(denied);
            }
        });
    }

    private List<Finding> credentials() {
        String id = clients.accessKeyId().toCompletableFuture().join();
        String shown = id.length() > 8 ? id.substring(0, 4) + "…" + id.substring(id.length() - 4) : id;
        return List.of(Finding.ok(
                "credentials",
                "key " + shown
                        + (settings.aws().credentials().isPresent()
                                ? " of flotilla.aws.credentials"
                                : " of the SDK's default chain")));
    }

    private Map<String, URI> endpoints() {
        AwsSettings aws = settings.aws();
        Map<String, URI> endpoints = new LinkedHashMap<>();
        endpoints.put("SQS", clients.endpoint(aws.sqs(), "sqs"));
        endpoints.put("S3", clients.endpoint(aws.s3(), "s3"));
        if (settings.fleet().mode() != FleetSettings.Mode.STATIC) {
            endpoints.put("EC2", clients.endpoint(aws.ec2(), "ec2"));
        }
        if (settings.fleet().mode() == FleetSettings.Mode.AUTO_SCALING_GROUP) {
            endpoints.put("EC2 Auto Scaling", clients.endpoint(aws.autoscaling(), "autoscaling"));
        }
        return endpoints;
    }

    /** Any answer will do: it shows that name, route and TLS work, and by its date what the service's clock says. */
    private List<Finding> endpoint(String service, URI url) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url).timeout(askWithin).build();
        Instant asked = Instant.now();
        try {
            HttpResponse<Void> answer = http.send(request, HttpResponse.BodyHandlers.discarding());
            Instant answered = Instant.now();
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok("endpoint " + service, url + " answers"));
            // The date has whole seconds, of which half a one is right on average.
            Instant middle = asked.plus(Duration.between(asked, answered).dividedBy(2));
            date(answer)
                    .ifPresent(date ->
                            findings.add(Judgements.clock(service, Duration.between(date.plusMillis(500), middle))));
            return findings;
        } catch (IOException e) {
            return List.of(Finding.error(
                    "endpoint " + service,
                    url + " does not answer: " + (e.getMessage() == null ? e.toString() : e.getMessage()),
                    "check name service, route and firewall, the VPC endpoint where there is no way to the internet, and "
                            + "flotilla.aws.region and endpoint"));
        }
    }

    private static Optional<Instant> date(HttpResponse<?> answer) {
        return answer.headers().firstValue("Date").flatMap(text -> {
            try {
                return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant());
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        });
    }

    private List<Finding> thing(Wanted wanted) {
        Wanted examined = examined(wanted);
        Thing thing = examined.thing();
        Map<Thing, Seen> seen = provisioners
                .provisioning()
                .look(List.of(thing))
                .toCompletableFuture()
                .join();
        if (thing.kind() == Kind.LAUNCH_TEMPLATE
                && seen.get(thing) instanceof Seen.Missing
                && settings.fleet().launchTemplate().isEmpty()) {
            return List.of(Finding.ok(
                    "launch template",
                    "none is needed: flotilla.fleet.launch-template is empty, an image is launched"));
        }
        List<Finding> findings = new ArrayList<>(findings(examined, seen.get(thing)));
        if (thing.kind() == Kind.BUCKET && seen.get(thing) instanceof Seen.Present) {
            findings.add(probe(thing));
        }
        return findings;
    }

    /** What may not be seen is one finding, what is seen another; that a bucket is lent by another account is none. */
    private List<Finding> findings(Wanted wanted, Seen seen) {
        Thing thing = wanted.thing();
        List<Finding> findings = new ArrayList<>();
        Seen open = seen;
        if (seen instanceof Seen.Present present) {
            SortedMap<String, String> attributes = new TreeMap<>(present.attributes());
            attributes.remove(Attributes.OWNER);
            open = new Seen.Present(present.cluster(), present.keepsTags(), attributes);
            if (!present.denied().isEmpty()) {
                findings.add(Judgements.notSeen(thing.toString(), "a part of it", String.join(", ", present.denied())));
            }
        }
        findings.add(
                ThingFindings.of(ProvisionPlan.of(settings.cluster().name(), List.of(wanted), Map.of(thing, open), true)
                        .get(0)));
        return findings;
    }

    /** Terraform lets buckets forget by rules of its own; that is no fault. */
    private static Wanted examined(Wanted wanted) {
        TreeMap<String, String> attributes = new TreeMap<>(wanted.attributes());
        attributes.remove(Attributes.EXPIRE_AFTER_DAYS);
        attributes.remove(Attributes.DROP_UPLOADS_AFTER_DAYS);
        attributes.remove(Attributes.EXPIRY_PREFIX);
        return new Wanted(wanted.thing(), attributes, wanted.impossible());
    }

    private Finding probe(Thing bucket) {
        String check = bucket + " (probe)";
        try {
            provisioners.buckets().probe(bucket.name()).toCompletableFuture().join();
            return Finding.ok(check, "an object was written and deleted");
        } catch (RuntimeException e) {
            Throwable cause = Processes.unwrapped(e);
            if (!(cause instanceof InfrastructureException)) {
                throw e;
            }
            return Finding.error(
                    check, cause.getMessage(), "get s3:PutObject and s3:DeleteObject on the bucket's objects");
        }
    }

    private List<Finding> model(ModelLocation.InS3 location) {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "doctor", loaded.config());
        try {
            List<String> files = new S3ModelStore(system, clients)
                    .list(location.bucket(), location.prefix()).toCompletableFuture().join().stream()
                            .map(ModelStore.StoredFile::name)
                            .toList();
            return List.of(Judgements.modelInS3(
                    location.toString(), ModelCache.files(settings.classifier().engine()), files, ModelCache.REMEDIES));
        } finally {
            system.terminate();
            Processes.await(system.getWhenTerminated(), STOP_WITHIN);
        }
    }
}
