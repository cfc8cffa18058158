package flotilla.aws.cloudwatch;

import flotilla.aws.AwsClients;
import flotilla.aws.AwsErrors;
import flotilla.config.MetricsSettings;
import flotilla.protocol.DecisionReport;
import flotilla.scaling.ScalingPlan;
import flotilla.supervisor.SupervisorMeters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataRequest;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

/**
 * Backlog and instances as figures in CloudWatch, one value for each interval of the clock, all in one request:
 *
 * <ul>
 *   <li>{@code Backlog}: messages in the request queue, visible, in flight and delayed
 *   <li>{@code BacklogPerInstance}: these, divided by the running instances, or by one when none runs
 *   <li>{@code DesiredInstances}, {@code RunningInstances}
 * </ul>
 *
 * Only the supervisor that may act is told of plans that count, so only its gateway sends. What is not known is not sent. A request
 * that fails is not repeated once the SDK has given up, and of failures in a row one is logged.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html">PutMetricData</a>
 */
public final class CloudWatchFigures implements SupervisorMeters, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CloudWatchFigures.class);
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
    /** Values closer together than this are kept as such only when they are asked for, and cost more. */
    private static final Duration STANDARD_RESOLUTION = Duration.ofMinutes(1);

    private final CloudWatchAsyncClient client;
    private final MetricsSettings.CloudWatch settings;
    private final Dimension cluster;
    private final AtomicBoolean failing = new AtomicBoolean();
    private long sentFor = Long.MIN_VALUE;

    private CloudWatchFigures(CloudWatchAsyncClient client, MetricsSettings.CloudWatch settings, Dimension cluster) {
        this.client = client;
        this.settings = settings;
        this.cluster = cluster;
    }

    /**
     * Makes the client; nothing is sent yet.
     *
     * @param cluster the cluster's name, for the dimension
     */
    public static CloudWatchFigures connect(AwsClients clients, MetricsSettings.CloudWatch settings, String cluster) {
        return new CloudWatchFigures(
                clients.client(CloudWatchAsyncClient.builder(), settings.endpoint(), ATTEMPT_TIMEOUT, CALL_TIMEOUT),
                settings,
                Dimension.builder().name("cluster").value(cluster).build());
    }

    @Override
    public void decided(ScalingPlan plan, List<DecisionReport.Action> actions) {
        long interval = plan.at().toEpochMilli() / settings.interval().toMillis();
        List<MetricDatum> figures = plan.mayAct() && interval != sentFor ? figures(plan) : List.of();
        if (figures.isEmpty()) {
            return;
        }
        sentFor = interval;
        client.putMetricData(PutMetricDataRequest.builder()
                        .namespace(settings.namespace())
                        .metricData(figures)
                        .build())
                .whenComplete((done, failure) -> note(failure));
    }

    @Override
    public void ended() {
        // Nothing is kept that could be sent later.
    }

    private List<MetricDatum> figures(ScalingPlan plan) {
        List<MetricDatum> figures = new ArrayList<>();
        int running = plan.census().running();
        plan.depth().ifPresent(depth -> {
            figures.add(figure("Backlog", depth.messages(), plan.at()));
            if (plan.instancesKnown()) {
                double each = (double) depth.messages() / Math.max(1, running);
                figures.add(figure("BacklogPerInstance", each, plan.at()));
            }
        });
        plan.desired().ifPresent(desired -> figures.add(figure("DesiredInstances", desired, plan.at())));
        if (plan.instancesKnown()) {
            figures.add(figure("RunningInstances", running, plan.at()));
        }
        return figures;
    }

    private MetricDatum figure(String name, double value, Instant at) {
        MetricDatum.Builder figure = MetricDatum.builder()
                .metricName(name)
                .dimensions(cluster)
                .timestamp(at)
                .unit(StandardUnit.COUNT)
                .value(value);
        return settings.interval().compareTo(STANDARD_RESOLUTION) < 0
                ? figure.storageResolution(1).build()
                : figure.build();
    }

    private void note(Throwable failure) {
        boolean before = failing.getAndSet(failure != null);
        if (failure != null && !before) {
            LOG.warn(
                    "{}; what is not sent is missing there, and sending goes on",
                    AwsErrors.wrap("CloudWatch PutMetricData in " + settings.namespace(), failure)
                            .getMessage());
        } else if (failure == null && before) {
            LOG.info("figures are sent to CloudWatch again, namespace {}", settings.namespace());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
