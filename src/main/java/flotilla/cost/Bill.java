package flotilla.cost;

import flotilla.config.CostSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a usage costs by a price list. Workers' instances and requests to AWS are in it; gateways' own machines, disks, storage,
 * transfer and everything else of an account are not.
 *
 * @param currency of all amounts
 * @param instances by type and Spot
 * @param calls by service and operation
 */
public record Bill(String currency, List<Machines> instances, List<Calls> calls) {
    private static final double SECONDS_OF_AN_HOUR = 3600;
    private static final double MILLION = 1e6;
    private static final double THOUSAND = 1000;
    /**
     * Requests of the dearer kind.
     *
     * @see <a href="https://aws.amazon.com/s3/pricing/">S3's prices</a>
     */
    private static final Pattern S3_WRITES = Pattern.compile("s3:(Put|Copy|Post|List|Create|Upload|Complete).*");
    /** Requests that S3 does not charge for. */
    private static final Pattern S3_FREE = Pattern.compile("s3:(Delete|Abort).*");
    /** Services that do not charge for requests. */
    private static final Set<String> FREE = Set.of("ec2", "autoscaling");

    /**
     * Instances of one type.
     *
     * @param seconds for which EC2 charges, summed over them
     * @param hourPrice of an hour of one of them
     */
    public record Machines(String type, boolean spot, double seconds, double hourPrice, double cost) {}

    /**
     * Requests of one kind.
     *
     * @param operation service and operation, as in {@code sqs:ReceiveMessage}
     * @param cost empty when the price list does not say
     */
    public record Calls(String operation, long requests, Optional<Double> cost) {
        public Calls {
            cost = cost == null ? Optional.empty() : cost;
        }
    }

    private record Kind(String type, boolean spot) {}

    public Bill {
        instances = List.copyOf(instances);
        calls = List.copyOf(calls);
    }

    /** The bill for a usage. */
    public static Bill of(Usage usage, CostSettings prices) {
        Map<Kind, Machines> byKind = new LinkedHashMap<>();
        usage.instances().stream()
                .filter(InstanceTime::billed)
                .forEach(one -> byKind.merge(new Kind(one.type(), one.spot()), machines(one, prices), Bill::together));
        List<Calls> calls = new ArrayList<>();
        new TreeMap<>(usage.calls())
                .forEach((operation, requests) -> calls.add(
                        new Calls(operation, requests, price(operation, prices).map(each -> each * requests))));
        return new Bill(prices.currency(), List.copyOf(byKind.values()), calls);
    }

    private static Machines machines(InstanceTime one, CostSettings prices) {
        double hour = prices.hour(one.type(), one.spot());
        return new Machines(one.type(), one.spot(), one.seconds(), hour, one.seconds() / SECONDS_OF_AN_HOUR * hour);
    }

    private static Machines together(Machines one, Machines other) {
        return new Machines(
                one.type(), one.spot(), one.seconds() + other.seconds(), one.hourPrice(), one.cost() + other.cost());
    }

    private static Optional<Double> price(String operation, CostSettings prices) {
        String service = serviceOf(operation);
        if (service.equals("sqs")) {
            return Optional.of(prices.sqsMillionRequests() / MILLION);
        }
        if (service.equals("s3")) {
            double thousand =
                    S3_WRITES.matcher(operation).matches() ? prices.s3ThousandWrites() : prices.s3ThousandReads();
            return Optional.of(S3_FREE.matcher(operation).matches() ? 0 : thousand / THOUSAND);
        }
        return FREE.contains(service) ? Optional.of(0.0) : Optional.empty();
    }

    private static String serviceOf(String operation) {
        return operation.split(":", 2)[0];
    }

    /** Of all instances. */
    public double ofInstances() {
        return instances.stream().mapToDouble(Machines::cost).sum();
    }

    /** Of all requests whose price is known. */
    public double ofCalls() {
        return calls.stream().mapToDouble(one -> one.cost().orElse(0.0)).sum();
    }

    /** All that it amounts to. */
    public double total() {
        return ofInstances() + ofCalls();
    }
}
