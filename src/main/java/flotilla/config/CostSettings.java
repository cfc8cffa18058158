package flotilla.config;

import com.typesafe.config.Config;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The price list of what is used, and whether that is kept. All prices are in one currency and may be 0.
 *
 * @param currency its code or name, which is only shown
 * @param onDemandHour of an hour of an instance whose type is not among {@code types}
 * @param spotShare of a type's on-demand price, for types that name no price on Spot
 * @param types prices of instance types by name
 * @param sqsMillionRequests of a million requests to SQS
 * @param s3ThousandWrites of a thousand PUT, COPY, POST and LIST requests to S3
 * @param s3ThousandReads of a thousand GET, HEAD and other requests to S3
 * @param ledger whether what was used is kept in the output bucket
 */
public record CostSettings(
        String currency,
        double onDemandHour,
        double spotShare,
        List<InstanceType> types,
        double sqsMillionRequests,
        double s3ThousandWrites,
        double s3ThousandReads,
        boolean ledger) {
    /** A price list on which everything is free. */
    public static final CostSettings FREE = new CostSettings("USD", 0, 0, List.of(), 0, 0, 0, false);

    private static final String KEY = "flotilla.cost.";
    private static final int LONGEST_CURRENCY = 12;

    /**
     * An instance type with its prices.
     *
     * @param type such as {@code c7i.large}
     * @param onDemandHour of an hour
     * @param spotHour of an hour on Spot; empty for {@code spotShare} of {@code onDemandHour}
     */
    public record InstanceType(String type, double onDemandHour, Optional<Double> spotHour) {
        private static final String KEY = CostSettings.KEY + "instance-types.";
        private static final Set<String> KEYS = Set.of("type", "on-demand-hour", "spot-hour");

        public InstanceType {
            Checks.notBlank(type, KEY + "type");
            price(onDemandHour, KEY + "on-demand-hour");
            spotHour.ifPresent(hour -> price(hour, KEY + "spot-hour"));
        }

        private static InstanceType from(Config config) {
            for (String key : config.root().keySet()) {
                if (!KEYS.contains(key)) {
                    throw new SettingsException(
                            KEY + key + " means nothing; an entry has type, on-demand-hour and spot-hour");
                }
            }
            return new InstanceType(
                    config.getString("type"),
                    config.getDouble("on-demand-hour"),
                    config.hasPath("spot-hour") ? Optional.of(config.getDouble("spot-hour")) : Optional.empty());
        }
    }

    public CostSettings {
        types = List.copyOf(types);
        Checks.that(
                !currency.isBlank() && currency.length() <= LONGEST_CURRENCY,
                KEY + "currency",
                "up to " + LONGEST_CURRENCY + " characters such as USD, not \"" + currency + '"');
        price(onDemandHour, KEY + "on-demand-hour");
        Checks.that(spotShare >= 0 && spotShare <= 1, KEY + "spot-share", "a share from 0 to 1, not " + spotShare);
        price(sqsMillionRequests, KEY + "sqs-million-requests");
        price(s3ThousandWrites, KEY + "s3-thousand-writes");
        price(s3ThousandReads, KEY + "s3-thousand-reads");
        Set<String> named = new HashSet<>();
        for (InstanceType one : types) {
            Checks.that(
                    named.add(one.type()),
                    KEY + "instance-types",
                    "one entry for each type, not two for " + one.type());
        }
    }

    private static void price(double price, String key) {
        Checks.that(price >= 0 && Double.isFinite(price), key, "a price, 0 or more, not " + price);
    }

    /**
     * The price of an hour of an instance.
     *
     * @param type such as {@code c7i.large}; one that is not listed costs as any other
     */
    public double hour(String type, boolean spot) {
        Optional<InstanceType> listed =
                types.stream().filter(one -> one.type().equals(type)).findFirst();
        double onDemand = listed.map(InstanceType::onDemandHour).orElse(onDemandHour);
        return spot ? listed.flatMap(InstanceType::spotHour).orElse(spotShare * onDemand) : onDemand;
    }

    static CostSettings from(Config config) {
        return new CostSettings(
                config.getString("currency"),
                config.getDouble("on-demand-hour"),
                config.getDouble("spot-share"),
                config.getConfigList("instance-types").stream()
                        .map(InstanceType::from)
                        .toList(),
                config.getDouble("sqs-million-requests"),
                config.getDouble("s3-thousand-writes"),
                config.getDouble("s3-thousand-reads"),
                config.getBoolean("ledger"));
    }
}
