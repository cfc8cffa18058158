package flotilla.protocol;

import flotilla.config.CostSettings;
import flotilla.cost.Bill;
import flotilla.cost.InstanceTime;
import flotilla.cost.Usage;
import flotilla.scaling.InstanceState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Costs for tests: an hour of two instances, a quarter of it idle, with 18,000 images. */
public final class Costs {
    public static final Instant BEGIN = Instant.parse("2026-11-29T08:21:07Z");
    public static final Instant FROM = Instant.parse("2026-11-29T11:00:00Z");
    public static final Instant TO = Instant.parse("2026-11-29T12:00:00Z");

    /** On demand 1 an hour, 0.25 on Spot; 4 for a million requests to SQS, 3 and 1 for a thousand to S3. */
    public static final CostSettings PRICES = new CostSettings(
            "EUR", 2, 0.5, List.of(new CostSettings.InstanceType("c7i.large", 1, Optional.of(0.25))), 4, 3, 1, false);

    public static final Usage USAGE = new Usage(
            3600,
            List.of(
                    new InstanceTime("c7i.large", false, InstanceState.PENDING, 75),
                    new InstanceTime("c7i.large", false, InstanceState.RUNNING, 3600),
                    new InstanceTime("c7i.large", true, InstanceState.RUNNING, 3600)),
            18_000,
            5400,
            Map.of(
                    "sqs:ReceiveMessage", 250_000L,
                    "s3:PutObject", 1000L,
                    "s3:GetObject", 1000L,
                    "s3:DeleteObject", 1000L,
                    "ec2:DescribeInstances", 360L,
                    "sns:Publish", 5L),
            true);

    private Costs() {}

    /** The costs of that hour: 1.25 for instances, 5 for requests. */
    public static CostReport report() {
        return report(USAGE);
    }

    /** The costs of another usage in that hour. */
    public static CostReport report(Usage usage) {
        return new CostReport(FROM, TO, BEGIN, usage, Bill.of(usage, PRICES));
    }
}
