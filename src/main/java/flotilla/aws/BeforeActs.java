package flotilla.aws;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Asks before each request that changes something is sent, each retry of the SDK included; what the check throws fails the call.
 * Requests that only describe pass.
 */
final class BeforeActs implements ExecutionInterceptor {
    private final Runnable check;

    BeforeActs(Runnable check) {
        this.check = check;
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        if (!context.request().getClass().getSimpleName().startsWith("Describe")) {
            check.run();
        }
    }
}
