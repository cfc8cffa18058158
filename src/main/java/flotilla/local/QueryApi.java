package flotilla.local;

import java.util.function.Consumer;

/** One of AWS's Query APIs: its actions, and how its answers look. */
interface QueryApi {
    /**
     * Carries the call out.
     *
     * @return what stands in the answer
     * @throws Ec2Exception when it is refused
     */
    Consumer<Xml> perform(Ec2Request request);

    /** The whole answer to a successful call. */
    String answer(String action, String requestId, Consumer<Xml> inside);

    /** The whole answer to a refused call. */
    String refusal(Ec2Exception error, String requestId);
}
