package flotilla.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlotillaSettingsTest {
    private static Config load(String... sets) {
        return SettingsLoader.load(Optional.empty(), Optional.empty(), List.of(sets));
    }

    private static FlotillaSettings settings(String... sets) {
        return FlotillaSettings.from(load(sets));
    }

    @Test
    void defaults_shouldBeThese() {
        FlotillaSettings settings = settings();

        assertThat(settings.cluster())
                .isEqualTo(new ClusterSettings(
                        "flotilla", "127.0.0.1", 0, List.of(), Duration.ofSeconds(10), Optional.empty()));
        assertThat(settings.aws())
                .isEqualTo(new AwsSettings(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        assertThat(settings.queue())
                .isEqualTo(new QueueSettings(
                        "flotilla-request",
                        "flotilla-response",
                        "flotilla-terminate-request",
                        "flotilla-terminate-confirm",
                        "flotilla-request-dlq",
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(20),
                        200,
                        0));
        assertThat(settings.storage())
                .isEqualTo(new StorageSettings("flotilla-input", "flotilla-output", "", StorageSettings.Layout.BY_ID));
        assertThat(settings.http())
                .isEqualTo(new HttpSettings(
                        "127.0.0.1",
                        8000,
                        Duration.ofMinutes(10),
                        20 << 20,
                        50_000_000,
                        16,
                        Duration.ofSeconds(30),
                        100,
                        10_000,
                        10_000,
                        Duration.ofSeconds(3),
                        List.of(),
                        4096,
                        Optional.empty(),
                        new HttpSettings.Access(List.of(), false, List.of()),
                        new HttpSettings.Limits(
                                Duration.ofMinutes(1), Duration.ofSeconds(30), 8 << 10, 100, 64, 8 << 10, 256)));
        assertThat(settings.push())
                .isEqualTo(new PushSettings(
                        List.of(),
                        List.of(),
                        false,
                        false,
                        Duration.ofSeconds(10),
                        new PushSettings.Retry(Duration.ofSeconds(5), Duration.ofMinutes(30), Duration.ofHours(24)),
                        4,
                        Optional.empty(),
                        Optional.empty()));
        assertThat(settings.scaling())
                .isEqualTo(new ScalingSettings(
                        ScalingSettings.Policy.BACKLOG_TIME,
                        List.of(),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(300),
                        0,
                        20,
                        List.of(),
                        new ScalingSettings.Steps(0, 0, false, false),
                        Duration.ofMinutes(2),
                        0.99,
                        1,
                        new ScalingSettings.Alarm(25, 2, Duration.ofMinutes(1), Duration.ofMinutes(1), 1),
                        new ScalingSettings.BacklogPerInstance(
                                Duration.ofMinutes(1), Optional.empty(), true, 0, 0.1, Duration.ZERO),
                        new ScalingSettings.Assumed(
                                Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(90)),
                        Duration.ofSeconds(8),
                        Duration.ofMinutes(5),
                        new ScalingSettings.Replacements(3, Duration.ofMinutes(1)),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(10),
                        false,
                        500,
                        true));
        assertThat(settings.fleet())
                .isEqualTo(new FleetSettings(
                        FleetSettings.Mode.LAUNCH,
                        Optional.empty(),
                        Optional.empty(),
                        List.of("c7i.large"),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "drain",
                        new FleetSettings.WarmPool(0, FleetSettings.WarmPool.State.STOPPED),
                        false,
                        "{}"));
        assertThat(settings.provision())
                .isEqualTo(new ProvisionSettings(new ProvisionSettings.Gateway(
                        Optional.empty(),
                        "t3.medium",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty())));
        assertThat(settings.drain()).isEqualTo(new DrainSettings(DrainSettings.Channel.CLUSTER));
        assertThat(settings.cost())
                .isEqualTo(new CostSettings(
                        "USD",
                        0.08925,
                        0.35,
                        List.of(new CostSettings.InstanceType("c7i.large", 0.08925, Optional.empty())),
                        0.40,
                        0.005,
                        0.0004,
                        true));
        assertThat(settings.model()).isEqualTo(ModelSettings.BUNDLED);
        assertThat(settings.classifier())
                .isEqualTo(new ClassifierSettings(
                        ClassifierSettings.Kind.DJL,
                        Optional.empty(),
                        Duration.ZERO,
                        0,
                        0,
                        InferenceEngine.PYTORCH,
                        Precision.FP32,
                        Duration.ofSeconds(30)));
        assertThat(settings.worker())
                .isEqualTo(new WorkerSettings(
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        20,
                        0.25,
                        Duration.ofSeconds(2),
                        2,
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(20),
                        Optional.empty()));
        assertThat(settings.local())
                .isEqualTo(new LocalSettings(
                        0,
                        0,
                        0,
                        Duration.ZERO,
                        List.of(
                                "-Xms64m",
                                "-Xmx384m",
                                "-Xss512k",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+IgnoreUnrecognizedVMOptions",
                                "-XX:TrimNativeHeapInterval=30000"),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(10)));
        assertThat(settings.metrics())
                .isEqualTo(new MetricsSettings(true, Optional.empty(), OptionalInt.empty(), Optional.empty()));
        assertThat(settings.tracing()).isEqualTo(new TracingSettings(Optional.empty(), 1));
        assertThat(settings.log()).isEqualTo(new LogSettings(false, LogSettings.Format.HUMAN));
    }

    @Test
    void everyKey_shouldReachItsField() {
        FlotillaSettings settings = settings(
                "flotilla.cluster.name=c",
                "flotilla.cluster.host=h",
                "flotilla.cluster.port=1",
                "flotilla.cluster.seed-nodes=[\"a:1\",\"b:2\"]",
                "flotilla.cluster.registry-interval=9s",
                "flotilla.cluster.tls={certificate=/c.crt,key=/c.key,ca=/ca.crt}",
                "flotilla.aws.region=r",
                "flotilla.aws.endpoint.sqs=http://s:1",
                "flotilla.aws.endpoint.s3=http://s:2",
                "flotilla.aws.endpoint.ec2=http://s:3",
                "flotilla.aws.endpoint.autoscaling=http://s:4",
                "flotilla.aws.credentials.access-key-id=k",
                "flotilla.aws.credentials.secret-access-key=s",
                "flotilla.queue.request=q1",
                "flotilla.queue.response=q2",
                "flotilla.queue.terminate-request=q3",
                "flotilla.queue.terminate-confirm=q4",
                "flotilla.queue.dead-letter=q5",
                "flotilla.queue.visibility-timeout=11s",
                "flotilla.queue.receive-wait=12s",
                "flotilla.queue.max-receive-count=13",
                "flotilla.queue.inline-images=14KiB",
                "flotilla.storage.input-bucket=b1",
                "flotilla.storage.output-bucket=b2",
                "flotilla.storage.prefix=p/",
                "flotilla.storage.layout=by-name",
                "flotilla.storage.input-lifetime=1h",
                "flotilla.storage.result-lifetime=2d",
                "flotilla.storage.source-buckets=[photos,shared/a/]",
                "flotilla.http.host=hh",
                "flotilla.http.port=2",
                "flotilla.http.sync-wait=14s",
                "flotilla.http.max-image-size=15",
                "flotilla.http.max-pixels=16",
                "flotilla.http.max-uploads-in-flight=17",
                "flotilla.http.upload-wait=71s",
                "flotilla.http.max-files=18",
                "flotilla.http.header-timeout=66s",
                "flotilla.http.upload-stall=67s",
                "flotilla.http.min-upload-rate=68",
                "flotilla.http.max-fields=69",
                "flotilla.http.max-headers=70",
                "flotilla.http.max-header-size=710",
                "flotilla.http.max-streams=711",
                "flotilla.http.max-batch=64",
                "flotilla.http.max-backlog=19",
                "flotilla.http.result-poll=20s",
                "flotilla.http.upload-paths=[/p]",
                "flotilla.http.max-connections=62",
                "flotilla.http.tls.certificate=/c.pem",
                "flotilla.http.tls.key=/k.pem",
                "flotilla.http.api-keys=[{name=me,sha256=\"" + "0".repeat(64)
                        + "\",roles=[read],requests-per-second=1.5,concurrent-requests=63}]",
                "flotilla.http.allow-anonymous=true",
                "flotilla.http.cors-origins=[\"https://o\"]",
                "flotilla.push.allowed-hosts=[A.Example.org]",
                "flotilla.push.secrets=[whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]",
                "flotilla.push.allow-http=true",
                "flotilla.push.allow-private=true",
                "flotilla.push.timeout=66s",
                "flotilla.push.retry.first=67s",
                "flotilla.push.retry.longest=68s",
                "flotilla.push.retry.give-up-after=69s",
                "flotilla.push.concurrent-per-host=70",
                "flotilla.push.sns-topic=arn:aws:sns:r:123456789012:t",
                "flotilla.push.sns-endpoint=http://s:5",
                "flotilla.scaling.interval=21s",
                "flotilla.scaling.debounce=22ms",
                "flotilla.scaling.min-instances=1",
                "flotilla.scaling.max-instances=23",
                "flotilla.scaling.policy=step",
                "flotilla.scaling.shadow=[alarm]",
                "flotilla.scaling.schedule=[{cron=\"0 8 * * *\",duration=41s,min-instances=42,zone=Europe/Berlin}]",
                "flotilla.scaling.scale-out.step=43",
                "flotilla.scaling.scale-out.paused=true",
                "flotilla.scaling.scale-in.step=44",
                "flotilla.scaling.scale-in.paused=true",
                "flotilla.scaling.slo=45s",
                "flotilla.scaling.attainment=0.46",
                "flotilla.scaling.alarm.high=47",
                "flotilla.scaling.alarm.low=46",
                "flotilla.scaling.alarm.period=48s",
                "flotilla.scaling.alarm.cooldown=49s",
                "flotilla.scaling.alarm.adjustment=50",
                "flotilla.scaling.backlog-per-instance.acceptable-latency=51s",
                "flotilla.scaling.backlog-per-instance.processing-time=52s",
                "flotilla.scaling.backlog-per-instance.count-in-flight=false",
                "flotilla.scaling.backlog-per-instance.activation=53",
                "flotilla.scaling.backlog-per-instance.tolerance=0.54",
                "flotilla.scaling.backlog-per-instance.stabilization=55s",
                "flotilla.scaling.assumed.service-time=56s",
                "flotilla.scaling.assumed.boot-median=57s",
                "flotilla.scaling.assumed.boot-p90=58s",
                "flotilla.scaling.replacements.in-a-row=59",
                "flotilla.scaling.replacements.hold=60s",
                "flotilla.scaling.orphan-grace=61s",
                "flotilla.scaling.settle=65s",
                "flotilla.scaling.messages-per-instance=24",
                "flotilla.scaling.silent-after=25s",
                "flotilla.scaling.boot-allowance=26s",
                "flotilla.scaling.dry-run=true",
                "flotilla.scaling.history=27",
                "flotilla.scaling.ledger=false",
                "flotilla.fleet.mode=static",
                "flotilla.fleet.launch-template=t",
                "flotilla.fleet.image-id=i",
                "flotilla.fleet.instance-types=[it]",
                "flotilla.fleet.subnet-ids=[sn]",
                "flotilla.fleet.auto-scaling-group=asg",
                "flotilla.fleet.lifecycle-hook=hook",
                "flotilla.fleet.warm-pool.size=0",
                "flotilla.fleet.warm-pool.state=running",
                "flotilla.fleet.replace-at-risk=true",
                "flotilla.drain.channel=queues",
                "flotilla.fleet.security-group-ids=[sg]",
                "flotilla.fleet.instance-profile=ip",
                "flotilla.fleet.key-name=kn",
                "flotilla.fleet.worker-settings={a=1}",
                "flotilla.provision.gateway.image-id=gi",
                "flotilla.provision.gateway.instance-type=gt",
                "flotilla.provision.gateway.instance-profile=gp",
                "flotilla.provision.gateway.subnet-id=gs",
                "flotilla.provision.gateway.security-group-ids=[gg]",
                "flotilla.provision.gateway.secrets-parameter=/g/p",
                "flotilla.cost.currency=EUR",
                "flotilla.cost.on-demand-hour=0.73",
                "flotilla.cost.spot-share=0.74",
                "flotilla.cost.instance-types=[{type=a.b,on-demand-hour=75,spot-hour=0},{type=c,on-demand-hour=0}]",
                "flotilla.cost.sqs-million-requests=76",
                "flotilla.cost.s3-thousand-writes=77",
                "flotilla.cost.s3-thousand-reads=0",
                "flotilla.cost.ledger=false",
                "flotilla.model.path=/m",
                "flotilla.model.zoo=/z",
                "flotilla.model.conf={ input.width = 300 }",
                "flotilla.classifier.kind=table",
                "flotilla.classifier.table=/t.csv",
                "flotilla.classifier.delay=28ms",
                "flotilla.classifier.parallelism=29",
                "flotilla.classifier.threads=30",
                "flotilla.classifier.engine=onnxruntime",
                "flotilla.classifier.precision=bf16",
                "flotilla.classifier.decode-limit=31s",
                "flotilla.worker.id=w",
                "flotilla.worker.metadata-endpoint=http://m:1/x",
                "flotilla.worker.prefetch=31s",
                "flotilla.worker.prefetch-limit=32",
                "flotilla.worker.prefetch-heap=0.5",
                "flotilla.worker.batch-deadline=38ms",
                "flotilla.worker.io-timeout=39ms",
                "flotilla.worker.patience=40ms",
                "flotilla.worker.receive-parallelism=33",
                "flotilla.worker.hang-after=64s",
                "flotilla.worker.report-interval=35s",
                "flotilla.worker.notice-interval=34s",
                "flotilla.worker.self-fence=36s",
                "flotilla.worker.shutdown-grace=37s",
                "flotilla.worker.state-folder=/state",
                "flotilla.local.sqs-port=3",
                "flotilla.local.s3-port=4",
                "flotilla.local.ec2-port=5",
                "flotilla.local.boot-delay=38s",
                "flotilla.local.worker-jvm-options=[x]",
                "flotilla.local.stop-grace=39s",
                "flotilla.local.terminated-visible=40s",
                "flotilla.metrics.enabled=false",
                "flotilla.metrics.host=mh",
                "flotilla.metrics.port=71",
                "flotilla.metrics.cloudwatch={namespace=Ours/flotilla,interval=72s,endpoint=\"http://s:6\"}",
                "flotilla.tracing.otlp-endpoint=\"http://o:72\"",
                "flotilla.tracing.sampling=0.25",
                "flotilla.log.results=true",
                "flotilla.log.format=json");

        assertThat(settings)
                .isEqualTo(new FlotillaSettings(
                        new ClusterSettings(
                                "c",
                                "h",
                                1,
                                List.of("a:1", "b:2"),
                                Duration.ofSeconds(9),
                                Optional.of(new ClusterSettings.Tls(
                                        Path.of("/c.crt"), Path.of("/c.key"), Path.of("/ca.crt")))),
                        new AwsSettings(
                                Optional.of("r"),
                                Optional.of(URI.create("http://s:1")),
                                Optional.of(URI.create("http://s:2")),
                                Optional.of(URI.create("http://s:3")),
                                Optional.of(URI.create("http://s:4")),
                                Optional.of(new AwsSettings.Credentials("k", "s"))),
                        new QueueSettings(
                                "q1",
                                "q2",
                                "q3",
                                "q4",
                                "q5",
                                Duration.ofSeconds(11),
                                Duration.ofSeconds(12),
                                13,
                                14 * 1024),
                        new StorageSettings(
                                "b1",
                                "b2",
                                "p/",
                                StorageSettings.Layout.BY_NAME,
                                Duration.ofHours(1),
                                Duration.ofDays(2),
                                List.of("photos", "shared/a/")),
                        new HttpSettings(
                                "hh",
                                2,
                                Duration.ofSeconds(14),
                                15,
                                16,
                                17,
                                Duration.ofSeconds(71),
                                18,
                                64,
                                19,
                                Duration.ofSeconds(20),
                                List.of("/p"),
                                62,
                                Optional.of(new HttpSettings.Tls(Path.of("/c.pem"), Path.of("/k.pem"))),
                                new HttpSettings.Access(
                                        List.of(new ApiKeySettings(
                                                "me", "0".repeat(64), Set.of(ApiKeySettings.Role.READ), 1.5, 63)),
                                        true,
                                        List.of("https://o")),
                                new HttpSettings.Limits(
                                        Duration.ofSeconds(66), Duration.ofSeconds(67), 68, 69, 70, 710, 711)),
                        new PushSettings(
                                List.of("a.example.org"),
                                List.of(new PushSettings.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
                                true,
                                true,
                                Duration.ofSeconds(66),
                                new PushSettings.Retry(
                                        Duration.ofSeconds(67), Duration.ofSeconds(68), Duration.ofSeconds(69)),
                                70,
                                Optional.of("arn:aws:sns:r:123456789012:t"),
                                Optional.of(URI.create("http://s:5"))),
                        new ScalingSettings(
                                ScalingSettings.Policy.STEP,
                                List.of(ScalingSettings.Policy.ALARM),
                                Duration.ofSeconds(21),
                                Duration.ofMillis(22),
                                1,
                                23,
                                List.of(new ScalingSettings.ScheduledMinimum(
                                        "0 8 * * *", Duration.ofSeconds(41), 42, ZoneId.of("Europe/Berlin"))),
                                new ScalingSettings.Steps(43, 44, true, true),
                                Duration.ofSeconds(45),
                                0.46,
                                24,
                                new ScalingSettings.Alarm(47, 46, Duration.ofSeconds(48), Duration.ofSeconds(49), 50),
                                new ScalingSettings.BacklogPerInstance(
                                        Duration.ofSeconds(51),
                                        Optional.of(Duration.ofSeconds(52)),
                                        false,
                                        53,
                                        0.54,
                                        Duration.ofSeconds(55)),
                                new ScalingSettings.Assumed(
                                        Duration.ofSeconds(56), Duration.ofSeconds(57), Duration.ofSeconds(58)),
                                Duration.ofSeconds(25),
                                Duration.ofSeconds(26),
                                new ScalingSettings.Replacements(59, Duration.ofSeconds(60)),
                                Duration.ofSeconds(61),
                                Duration.ofSeconds(65),
                                true,
                                27,
                                false),
                        new FleetSettings(
                                FleetSettings.Mode.STATIC,
                                Optional.of("t"),
                                Optional.of("i"),
                                List.of("it"),
                                List.of("sn"),
                                List.of("sg"),
                                Optional.of("ip"),
                                Optional.of("kn"),
                                Optional.of("asg"),
                                "hook",
                                new FleetSettings.WarmPool(0, FleetSettings.WarmPool.State.RUNNING),
                                true,
                                "a=1"),
                        new ProvisionSettings(new ProvisionSettings.Gateway(
                                Optional.of("gi"),
                                "gt",
                                Optional.of("gp"),
                                Optional.of("gs"),
                                List.of("gg"),
                                Optional.of("/g/p"))),
                        new DrainSettings(DrainSettings.Channel.QUEUES),
                        new CostSettings(
                                "EUR",
                                0.73,
                                0.74,
                                List.of(
                                        new CostSettings.InstanceType("a.b", 75, Optional.of(0.0)),
                                        new CostSettings.InstanceType("c", 0, Optional.empty())),
                                76,
                                77,
                                0,
                                false),
                        new ModelSettings(
                                new ModelLocation.Folder(Path.of("/m"), "/m"),
                                Optional.of(Path.of("/z")),
                                ConfigFactory.parseString("input.width = 300")),
                        new ClassifierSettings(
                                ClassifierSettings.Kind.TABLE,
                                Optional.of(Path.of("/t.csv")),
                                Duration.ofMillis(28),
                                29,
                                30,
                                InferenceEngine.ONNXRUNTIME,
                                Precision.BF16,
                                Duration.ofSeconds(31)),
                        new WorkerSettings(
                                Optional.of("w"),
                                Optional.of(URI.create("http://m:1/x")),
                                Duration.ofSeconds(31),
                                32,
                                0.5,
                                Duration.ofMillis(38),
                                33,
                                Duration.ofSeconds(64),
                                Duration.ofMillis(39),
                                Duration.ofMillis(40),
                                Duration.ofSeconds(35),
                                Duration.ofSeconds(34),
                                Duration.ofSeconds(36),
                                Duration.ofSeconds(37),
                                Optional.of(Path.of("/state"))),
                        new LocalSettings(
                                3,
                                4,
                                5,
                                Duration.ofSeconds(38),
                                List.of("x"),
                                Duration.ofSeconds(39),
                                Duration.ofSeconds(40)),
                        new MetricsSettings(
                                false,
                                Optional.of("mh"),
                                OptionalInt.of(71),
                                Optional.of(new MetricsSettings.CloudWatch(
                                        "Ours/flotilla",
                                        Duration.ofSeconds(72),
                                        Optional.of(URI.create("http://s:6"))))),
                        new TracingSettings(Optional.of(URI.create("http://o:72")), 0.25),
                        new LogSettings(true, LogSettings.Format.JSON)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"flotilla.htpp.port=1", "flotilla.http.prt=1", "flotilla.scaling.policy.x=1", "flotilla.x=1"})
    void unknownKey_shouldBeNamed(String set) {
        assertThatThrownBy(() -> settings(set))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("flotilla.")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void unknownKeyInAFile_shouldBeNamedWithItsPlace(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("my.conf"), "flotilla {\n  http { prt = 1 }\n}\n");

        assertThatThrownBy(() -> SettingsLoader.load(Optional.of(file), Optional.empty(), List.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("flotilla.http.prt")
                .hasMessageContaining("my.conf: 2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flotilla.http.port=70000 | flotilla.http.port must be a port from 0 to 65535",
                "flotilla.http.port=abc | flotilla.http.port",
                "flotilla.http.sync-wait=0s | flotilla.http.sync-wait must be from 1s to 7200s, not 0s",
                "flotilla.http.header-timeout=0s | flotilla.http.header-timeout must be from 100ms to 3600s, not 0s",
                "flotilla.http.upload-stall=2h | flotilla.http.upload-stall must be from 100ms to 3600s, not 7200s",
                "flotilla.http.upload-wait=0s | flotilla.http.upload-wait must be from 100ms to 3600s, not 0s",
                "flotilla.worker.patience=2h | flotilla.worker.patience must be from 0s to 3600s, not 7200s",
                "flotilla.fleet.lifecycle-hook=\"my hook\" | flotilla.fleet.lifecycle-hook must be a name of letters, digits and - _ /, not \"my hook\"",
                "flotilla.fleet.lifecycle-hook=\"\" | flotilla.fleet.lifecycle-hook must be a name of letters",
                "flotilla.worker.notice-interval=61s | flotilla.worker.notice-interval must be from 0s to 60s, not 61s",
                "flotilla.http.max-headers=1 | flotilla.http.max-headers must be at least 16, not 1",
                "flotilla.http.max-streams=0 | flotilla.http.max-streams must be at least 1, not 0",
                "flotilla.http.max-header-size=9MiB | flotilla.http.max-header-size must be from 256 bytes to 1 MiB, not 9437184",
                "flotilla.provision.gateway.secrets-parameter=a b | flotilla.provision.gateway.secrets-parameter must be a name of letters, digits and _ . / -",
                "flotilla.provision.gateway.instance-type=\"\" | flotilla.provision.gateway.instance-type must be given",
                "flotilla.scaling.max-instances=0 | flotilla.scaling.max-instances must be from min-instances",
                "flotilla.scaling.policy=magic | must be one of backlog-time, message-count, step, alarm, backlog-per-instance, not \"magic\"",
                "flotilla.queue.receive-wait=30s | flotilla.queue.receive-wait must be from 0s to 20s, not 30s",
                "flotilla.queue.inline-images=200KiB | flotilla.queue.inline-images must be from 0 to 180KiB",
                "flotilla.worker.prefetch-heap=0 | flotilla.worker.prefetch-heap must be above 0 and at most 0.9",
                "flotilla.worker.self-fence=1s | flotilla.worker.self-fence must be longer than flotilla.worker.report-interval",
                "flotilla.storage.input-lifetime=59m | flotilla.storage.input-lifetime must be 0s, for ever, or at least 1h",
                "flotilla.storage.result-lifetime=1s | flotilla.storage.result-lifetime must be 0s, for ever, or at least 1h",
                "flotilla.storage.result-lifetime=2h | flotilla.storage.input-lifetime must be at least 1h and no longer than flotilla.storage.result-lifetime",
                "flotilla.storage.prefix=abc | flotilla.storage.prefix must be empty or end in /",
                "flotilla.storage.source-buckets=[Photos] | flotilla.storage.source-buckets must be a list of buckets",
                "flotilla.storage.source-buckets=[shared/team] | flotilla.storage.source-buckets must be a list of buckets",
                "flotilla.classifier.decode-limit=10ms | flotilla.classifier.decode-limit must be from 100ms to 3600s, not 10ms",
                "flotilla.worker.hang-after=59s | flotilla.worker.hang-after must be at least 60s, twice flotilla.classifier.decode-limit",
                "flotilla.classifier.decode-limit=151s | flotilla.worker.hang-after must be at least 302s, twice flotilla.classifier.decode-limit",
                "flotilla.cluster.host=0.0.0.0 | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"0\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"0.0\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"0x0.000\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"::0\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"[::]\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"::%1\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"::ffff:0.0.0.0\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.host=\"0:0:0:0:0:0:0:0\" | flotilla.cluster.host must be one address of this machine",
                "flotilla.cluster.registry-interval=11s | flotilla.cluster.registry-interval must be from 1s to 10s, not 11s",
                "flotilla.cluster.tls.key=/k | flotilla.cluster.tls must be given with all of certificate, key and ca",
                "flotilla.classifier.engine=onnx | flotilla.classifier.engine must be one of pytorch, onnxruntime, not \"onnx\"",
                "flotilla.classifier.kind=table | flotilla.classifier.table must be the path of a CSV",
                "flotilla.aws.endpoint.sqs=nowhere | flotilla.aws.endpoint.sqs must be a URL",
                "flotilla.aws.endpoint.s3=\"http://me:secret@s3\" | flotilla.aws.endpoint.s3 must be a URL such as http://127.0.0.1:9324, without a user's name or password",
                "flotilla.push.sns-endpoint=\"http://me:secret@sns\" | flotilla.push.sns-endpoint must be a URL such as http://127.0.0.1:9911, without a user's name or password",
                "flotilla.metrics.port=-2 | flotilla.metrics.port must be a port from 0 to 65535, or -1 for none",
                "flotilla.metrics.port=70000 | flotilla.metrics.port must be a port from 0 to 65535, or -1 for none",
                "flotilla.metrics.cloudwatch.namespace=AWS/EC2 | flotilla.metrics.cloudwatch.namespace must be up to 255 letters, digits and . - _ / # : that do not begin with AWS/, not AWS/EC2",
                "flotilla.metrics.cloudwatch={namespace=N,interval=0s} | flotilla.metrics.cloudwatch.interval must be from 1s to 3600s, not 0s",
                "flotilla.metrics.cloudwatch={namespace=N,endpoint=nowhere} | flotilla.metrics.cloudwatch.endpoint must be a URL",
                "flotilla.tracing.otlp-endpoint=localhost:4318 | flotilla.tracing.otlp-endpoint must be the URL of a collector",
                "flotilla.tracing.otlp-endpoint=\"http://\" | flotilla.tracing.otlp-endpoint must be the URL of a collector",
                "flotilla.tracing.otlp-endpoint=\"http://a:b@c\" | flotilla.tracing.otlp-endpoint must be the URL of a collector",
                "flotilla.tracing.sampling=1.5 | flotilla.tracing.sampling must be from 0 to 1, not 1.5",
                "flotilla.tracing.sampling=-0.1 | flotilla.tracing.sampling must be from 0 to 1, not -0.1",
                "flotilla.cost.on-demand-hour=-1 | flotilla.cost.on-demand-hour must be a price, 0 or more, not -1.0",
                "flotilla.cost.sqs-million-requests=-0.1 | flotilla.cost.sqs-million-requests must be a price, 0 or more, not -0.1",
                "flotilla.cost.s3-thousand-writes=-1 | flotilla.cost.s3-thousand-writes must be a price, 0 or more",
                "flotilla.cost.s3-thousand-reads=cheap | flotilla.cost.s3-thousand-reads",
                "flotilla.cost.spot-share=1.1 | flotilla.cost.spot-share must be a share from 0 to 1, not 1.1",
                "flotilla.cost.currency=\"\" | flotilla.cost.currency must be up to 12 characters such as USD",
                "flotilla.cost.instance-types=[{type=a,on-demand-hour=-1}] | flotilla.cost.instance-types.on-demand-hour must be a price",
                "flotilla.cost.instance-types=[{type=a,on-demand-hour=1,spot-hour=-1}] | flotilla.cost.instance-types.spot-hour must be a price",
                "flotilla.cost.instance-types=[{type=\"\",on-demand-hour=1}] | flotilla.cost.instance-types.type must be given",
                "flotilla.cost.instance-types=[{type=a,on-demand-hour=1,price=2}] | flotilla.cost.instance-types.price means nothing",
                "flotilla.cost.instance-types=[{type=a,on-demand-hour=1},{type=a,on-demand-hour=2}] | one entry for each type, not two for a",
                "flotilla.log.format=xml | flotilla.log.format must be one of human, json, not \"xml\"",
                "nonsense | --set takes key=value"
            })
    void badValue_shouldNameItsKeyAndItsBound(String set, String message) {
        assertThatThrownBy(() -> settings(set))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flotilla.classifier.precision=int8 | flotilla.classifier.precision must be fp32 when flotilla.classifier.engine = onnxruntime, not \"int8\"",
                "flotilla.model.path=\"djl://ai.djl.pytorch/resnet\" | flotilla.classifier.engine must be pytorch for a model of DJL's zoo",
            })
    void onnxRuntimeWithWhatOnlyPyTorchHas_shouldBeRefused(String set, String message) {
        assertThatThrownBy(() -> settings("flotilla.classifier.engine=onnxruntime", set))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(message)
                .hasMessageMatching("[^\\n]*");
        assertThat(settings(set, "flotilla.classifier.engine=pytorch")
                        .classifier()
                        .engine())
                .isEqualTo(InferenceEngine.PYTORCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.7.7", "::1", "fd12::1", "fe80::1"})
    void addressOfMetrics_shouldBeAPrivateOne(String host) {
        assertThat(settings("flotilla.metrics.host=\"" + host + "\"").metrics().requirePrivateAddress("8.8.8.8"))
                .isNotNull();
        assertThat(settings().metrics().requirePrivateAddress(host)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "8.8.8.8", "172.32.0.1", "2001:db8::1"})
    void addressOfMetricsThatEverybodyReaches_shouldBeRefused(String host) {
        assertThatThrownBy(() -> settings("flotilla.metrics.host=\"" + host + "\"")
                        .metrics()
                        .requirePrivateAddress("127.0.0.1"))
                .isInstanceOf(SettingsException.class)
                .hasMessage("flotilla.metrics.host must be an address of loopback or of a private network, for whoever"
                        + " reaches it may read; not " + host);
    }

    @ParameterizedTest
    @CsvSource({"true,-1,false", "true,0,true", "true,9400,true", "false,9400,false"})
    void worker_shouldCountWhereItServes(boolean enabled, int port, boolean counts) {
        assertThat(settings("flotilla.metrics.enabled=" + enabled, "flotilla.metrics.port=" + port)
                        .metrics()
                        .ofWorkers())
                .isEqualTo(counts);
    }

    @Test
    void workerThatIsKilledWhileItEnds_shouldBeRefusedByTheCloudThatWouldKillIt() {
        FlotillaSettings settings = settings("flotilla.local.stop-grace=29s");
        LocalSettings local = settings.local();

        local.checkStopGrace(Duration.ofSeconds(19));
        assertThatThrownBy(() -> local.checkStopGrace(settings.worker().shutdownGrace()))
                .isInstanceOf(SettingsException.class)
                .hasMessage("flotilla.local.stop-grace must be at least 30s, 10s more than"
                        + " flotilla.worker.shutdown-grace, not 29s");
    }

    @Test
    void laterSources_shouldWin(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("my.conf"), "flotilla.http { port = 1, host = file }\nflotilla.worker.id = file");
        Config config = SettingsLoader.load(
                List.of("flotilla.http.port=9", "flotilla.queue.request=default"),
                Optional.of(file),
                Optional.of("flotilla.http.host = user-data"),
                List.of("flotilla.worker.id=one", "flotilla.worker.id=two"));
        FlotillaSettings settings = FlotillaSettings.from(config);

        assertThat(settings.queue().request()).isEqualTo("default");
        assertThat(settings.http().port()).isEqualTo(1);
        assertThat(settings.http().host()).isEqualTo("user-data");
        assertThat(settings.worker().id()).contains("two");
    }

    @Test
    void seedNodes_shouldAlsoBeOneTextWithCommas() {
        assertThat(settings("flotilla.cluster.seed-nodes=a:1, b:2").cluster().seedNodes())
                .containsExactly("a:1", "b:2");
    }

    @Test
    void endpointsFile_shouldFillWhatIsNotGiven(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("endpoints.json"),
                "{\"http\":\"http://h:1\",\"sqs\":\"http://q:1\",\"s3\":\"http://s:1\",\"ec2\":\"http://e:1\"}");

        AwsSettings aws = settings("flotilla.aws.endpoints-file=" + file, "flotilla.aws.endpoint.s3=http://mine:1")
                .aws();

        assertThat(aws.sqs()).contains(URI.create("http://q:1"));
        assertThat(aws.s3()).contains(URI.create("http://mine:1"));
        assertThat(aws.region()).contains("us-east-1");
        assertThat(aws.credentials()).contains(new AwsSettings.Credentials("local", "local"));
        assertThatThrownBy(() -> settings("flotilla.aws.endpoints-file=/nowhere/endpoints.json"))
                .hasMessageContaining("start `flotilla cloud --data DIR` first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "gateway", "worker", "compat"})
    void filesOfTheInstallation_shouldHaveNoUnknownKey(String role) {
        Path file = Path.of("config", role + ".conf");

        FlotillaSettings.from(SettingsLoader.load(Optional.of(file), Optional.empty(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {8000, 3000, 80})
    void compatConf_shouldServeTheClassicClientsWhereTheyAsk(int port) {
        FlotillaSettings settings = FlotillaSettings.from(SettingsLoader.load(
                Optional.of(Path.of("config", "compat.conf")),
                Optional.empty(),
                List.of("flotilla.http.port=" + port)));

        assertThat(settings.http().port()).isEqualTo(port);
        assertThat(settings.http().uploadPaths()).containsExactly("/process", "/receive_image");
        assertThat(settings.http().access().allowAnonymous()).isTrue();
        assertThat(settings.storage().layout()).isEqualTo(StorageSettings.Layout.BY_NAME);
        assertThat(settings.log().results()).isTrue();
    }

    @Test
    void secrets_shouldNotShowInTheSettingsText() {
        FlotillaSettings settings = settings(
                "flotilla.aws.credentials={ access-key-id = FAKEID, secret-access-key = fake-secret }",
                "flotilla.push.secrets=[\"whsec_ZmFrZS1zZWNyZXQtZmFrZS1zZWNyZXQtZmFrZQ==\"]",
                "flotilla.http.api-keys=[{ name = ops, roles = [admin], sha256 = " + "f".repeat(64) + " }]");

        assertThat(settings.toString())
                .contains("ops", "whsec_***")
                .doesNotContain("fake-secret", "ZmFrZS1zZWNyZXQ", "fffff");
    }

    @Test
    void sourcesOfObjects_shouldBeTheInputBucketAndWhatIsListed() {
        StorageSettings storage = settings(
                        "flotilla.storage.prefix=ours/", "flotilla.storage.source-buckets=[photos,shared/team-a/]")
                .storage();

        assertThat(storage.isSource("flotilla-input", "ours/a.png")).isTrue();
        assertThat(storage.isSource("flotilla-input", "theirs/a.png")).isFalse();
        assertThat(storage.isSource("flotilla-output", "ours/a.png")).isFalse();
        assertThat(storage.isSource("photos", "any/a.png")).isTrue();
        assertThat(storage.isSource("shared", "team-a/a.png")).isTrue();
        assertThat(storage.isSource("shared", "team-ab/a.png")).isFalse();
        assertThat(storage.isSource("shared", "team-a")).isFalse();
    }
}
