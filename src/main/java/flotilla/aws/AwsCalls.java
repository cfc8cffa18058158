package flotilla.aws;

import flotilla.cost.CallCount;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/**
 * Counts the requests that are sent to AWS, each retry of the SDK for itself, as AWS charges them. Of S3 through Pekko Connectors the
 * calls are counted, and not what the connector tries again by itself. Safe for all threads.
 */
public final class AwsCalls implements ExecutionInterceptor {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        String service = attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME);
        String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
        count(service.replace(" ", "").toLowerCase(Locale.ROOT), operation);
    }

    /**
     * One more request.
     *
     * @param service as in IAM's actions, such as {@code s3}
     * @param operation of its interface, such as {@code GetObject}
     */
    public void count(String service, String operation) {
        counts.computeIfAbsent(service + ":" + operation, first -> new LongAdder())
                .increment();
    }

    /** All until now. */
    public CallCount soFar() {
        return new CallCount(counts.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, one -> one.getValue().sum())));
    }
}
