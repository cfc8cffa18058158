package flotilla.app;

import flotilla.config.ClassifierSettings;
import flotilla.config.ClusterSettings;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.config.ModelLocation;
import flotilla.config.SettingsException;
import flotilla.doctor.Finding;
import flotilla.doctor.Judgements;
import flotilla.doctor.Judgements.Listener;
import flotilla.inference.Classifiers;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Checks of this machine: model, ports, files, who may ask. */
final class LocalChecks {
    private static final Duration ASK_WITHIN = Duration.ofSeconds(3);

    private final CommonOptions.Loaded loaded;
    private final FlotillaSettings settings;

    LocalChecks(CommonOptions.Loaded loaded) {
        this.loaded = loaded;
        this.settings = loaded.settings();
    }

    List<Examination.Check> all() {
        return List.of(
                new Examination.Check("model", this::model),
                new Examination.Check("lease", this::lease),
                new Examination.Check("access", this::access),
                new Examination.Check("ports", this::ports),
                new Examination.Check("secrets", this::secrets));
    }

    /** One that is in S3 is looked at there, and one in the image of launched workers cannot be looked at. */
    private List<Finding> model() {
        ClassifierSettings classifier = settings.classifier();
        if (classifier.kind() == ClassifierSettings.Kind.DJL
                && settings.model().location() instanceof ModelLocation.InZoo zoo) {
            return List.of(Finding.ok("model", zoo + " is looked up when a worker starts"));
        }
        if (classifier.kind() == ClassifierSettings.Kind.DJL
                && settings.model().location() instanceof ModelLocation.InS3) {
            return List.of();
        }
        if (classifier.kind() == ClassifierSettings.Kind.DJL
                && settings.model().location() instanceof ModelLocation.Folder folder
                && workersAreElsewhere()
                && !Files.exists(folder.path())) {
            return List.of(Judgements.modelElsewhere(folder.name()));
        }
        Classifiers.check(settings.model(), classifier);
        return List.of(Finding.ok(
                "model",
                switch (classifier.kind()) {
                    case DJL ->
                        (settings.model().location() instanceof ModelLocation.Folder folder
                                        ? folder.name() + " can be read"
                                        : "the bundled one")
                                + " (classifier.engine = " + classifier.engine().text() + ")";
                    case TABLE -> classifier.table().orElseThrow() + " can be read (classifier.kind = table)";
                    case DELAY -> "none is needed (classifier.kind = delay)";
                }));
    }

    /** The embedded cloud launches them on this machine; static ones are elsewhere where a group's alarms launch them. */
    private boolean workersAreElsewhere() {
        FleetSettings fleet = settings.fleet();
        return settings.aws().ec2().isEmpty()
                && (fleet.mode() != FleetSettings.Mode.STATIC
                        || fleet.autoScalingGroup().isPresent());
    }

    private List<Finding> lease() {
        return List.of(Judgements.lease(
                settings.queue().visibilityTimeout(),
                settings.scaling()
                        .assumed()
                        .serviceTime()
                        .plus(settings.classifier().delay())));
    }

    private List<Finding> access() {
        HttpSettings http = settings.http();
        try {
            http.requireSafeBinding();
            WorkerUserData.render(loaded.config(), settings, List.of());
        } catch (SettingsException e) {
            return List.of(Finding.error("access", e.getMessage(), "correct it, or the gateway does not start"));
        }
        int keys = http.access().apiKeys().size();
        return List.of(Finding.ok(
                "access",
                keys > 0
                        ? keys + " API keys on " + http.host()
                        : "everybody who reaches " + http.host() + " may do everything"));
    }

    private List<Finding> ports() throws InterruptedException {
        HttpSettings http = settings.http();
        ClusterSettings cluster = settings.cluster();
        Listener atHttp = listener(http.host(), http.port());
        if (atHttp == Listener.SOMEBODY && isGateway(http)) {
            atHttp = Listener.A_GATEWAY;
        }
        Finding httpPort = Judgements.port("flotilla.http.port", http.host(), http.port(), atHttp);
        String clusterHost;
        try {
            clusterHost = NodeConfig.host(cluster);
        } catch (SettingsException e) {
            return List.of(
                    httpPort, Finding.error("flotilla.cluster.host", e.getMessage(), "correct it, or no node starts"));
        }
        Listener atCluster = listener(clusterHost, cluster.port());
        if (atCluster == Listener.SOMEBODY && atHttp == Listener.A_GATEWAY) {
            atCluster = Listener.A_GATEWAY;
        }
        return List.of(httpPort, Judgements.port("flotilla.cluster.port", clusterHost, cluster.port(), atCluster));
    }

    private static Listener listener(String host, int port) {
        if (port == 0) {
            return Listener.NOBODY;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            InetAddress address = InetAddress.getByName(host);
            if (!address.isAnyLocalAddress() && NetworkInterface.getByInetAddress(address) == null) {
                return Listener.NOT_OURS;
            }
            socket.bind(new InetSocketAddress(address, port));
            return Listener.NOBODY;
        } catch (BindException e) {
            return Listener.SOMEBODY;
        } catch (IOException e) {
            return Listener.NOT_OURS;
        }
    }

    /** Whether what listens answers as a gateway does. */
    private static boolean isGateway(HttpSettings http) throws InterruptedException {
        String host = GatewayAddress.host(http);
        String scheme = http.tls().isPresent() ? "https://" : "http://";
        try {
            HttpResponse<Void> answer = HttpClient.newBuilder()
                    .connectTimeout(ASK_WITHIN)
                    .build()
                    .send(
                            HttpRequest.newBuilder(URI.create(scheme + host + ":" + http.port() + "/healthz"))
                                    .timeout(ASK_WITHIN)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            return answer.statusCode() == 200;
        } catch (IOException e) {
            // A certificate that is not for this name is a gateway's own matter, and cannot be told from a stranger
            // here.
            return false;
        }
    }

    private List<Finding> secrets() {
        Map<String, Path> files = new LinkedHashMap<>();
        settings.http().tls().ifPresent(tls -> {
            files.put("flotilla.http.tls.certificate", tls.certificate());
            files.put("flotilla.http.tls.key", tls.key());
        });
        settings.cluster().tls().ifPresent(tls -> {
            files.put("flotilla.cluster.tls.certificate", tls.certificate());
            files.put("flotilla.cluster.tls.key", tls.key());
            files.put("flotilla.cluster.tls.ca", tls.ca());
        });
        if (files.isEmpty()) {
            return List.of(Finding.ok("secrets", "no setting names a file with one"));
        }
        List<Finding> findings = new ArrayList<>();
        files.forEach(
                (setting, path) -> findings.add(Judgements.file(setting, path.toString(), Files.isReadable(path))));
        return findings;
    }
}
