package flotilla.app;

import flotilla.config.FlotillaSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Blueprint;
import flotilla.provision.Provisioning;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Waits until a fleet has ended, and ends those workers whom nobody else can end. */
final class FleetEnd {
    /**
     * SQS's counts are approximate, and right a minute after the last message was sent.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html">GetQueueAttributes</a>
     */
    static final Duration QUIET_FOR = Duration.ofSeconds(60);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    /** Workers are ended after a quiet minute, and another one must follow. */
    private static final Duration LEAST_PATIENCE = Duration.ofMinutes(3);

    /**
     * What one look has shown.
     *
     * @param messages in the request queue, with those in flight and delayed
     * @param running workers that are not stopped
     */
    private record Look(int messages, int running) {
        boolean isQuiet() {
            return messages == 0 && running == 0;
        }

        @Override
        public String toString() {
            return messages + " requests in the queue, " + running + " workers running";
        }
    }

    private final Provisioning provisioning;
    private final Thing queue;
    private final Thing workers;
    private final Duration patience;
    private final PrintWriter out;
    private final Pace pace;
    private String told = "";

    /** @param patience how long anything may be left */
    FleetEnd(Provisioning provisioning, FlotillaSettings settings, Duration patience, PrintWriter out, Pace pace) {
        this.provisioning = provisioning;
        this.queue = Blueprint.requestQueue(settings);
        this.workers = Blueprint.workers(settings);
        this.patience = patience;
        this.out = out;
        this.pace = pace;
    }

    /**
     * Returns when each look for {@link #QUIET_FOR} has shown nothing. The gateway does the work of ending workers; this only
     * looks on.
     *
     * @throws InfrastructureException when something is left after the patience
     */
    void await() throws InterruptedException {
        Duration begin = pace.now();
        Duration quietSince = begin;
        while (true) {
            Look look = look();
            Duration now = pace.now();
            if (!look.isQuiet()) {
                requirePatience(
                        begin,
                        patience,
                        "there are still " + look
                                + ", and nothing was removed; send no more work, see that a gateway runs and "
                                + "scaling.min-instances is 0 (flotilla why), or wait longer with --wait; where no gateway is "
                                + "left, terminate the workers by hand (docs/aws.md, back to nothing)");
                quietSince = now;
                tell(look.toString());
            } else if (isMinuteSince(quietSince)) {
                return;
            } else {
                tellQuiet();
            }
            pace.pause(LOOK_EVERY);
        }
    }

    /**
     * To be called when the gateway's instance has ended: until then it may have accepted requests, and its supervisor may have
     * launched workers, whom nobody ends any more. Returns when each look for {@link #QUIET_FOR} has shown neither. Workers are
     * terminated once the queue has been empty for {@link #QUIET_FOR}, so that none has an image in hand.
     *
     * @throws InfrastructureException when something is left after the patience, or after {@link #LEAST_PATIENCE} where that
     *     is longer
     */
    void endWhoIsLeft() throws InterruptedException {
        Duration begin = pace.now();
        Duration quietSince = begin;
        Duration emptySince = begin;
        Duration most = patience.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : patience;
        while (true) {
            Look look = look();
            Duration now = pace.now();
            emptySince = look.messages() > 0 ? now : emptySince;
            if (!look.isQuiet()) {
                requirePatience(
                        begin,
                        most,
                        "the gateway's instance has ended, and there are still " + look
                                + ", to which nobody sees; start a gateway that has the requests answered, or purge the queue and "
                                + "terminate the workers by hand (docs/aws.md, back to nothing), and run it again");
                quietSince = now;
                tell(look + ", left by the gateway that has ended");
                if (look.running() > 0 && isMinuteSince(emptySince)) {
                    provisioning.end(workers).toCompletableFuture().join();
                }
            } else if (isMinuteSince(quietSince)) {
                return;
            } else {
                tellQuiet();
            }
            pace.pause(LOOK_EVERY);
        }
    }

    private boolean isMinuteSince(Duration since) {
        return pace.now().minus(since).compareTo(QUIET_FOR) >= 0;
    }

    private void tellQuiet() {
        tell("nothing is left, by counts that are approximate: is it so for " + QUIET_FOR.toSeconds() + " s?");
    }

    private void requirePatience(Duration begin, Duration most, String what) {
        if (pace.now().minus(begin).compareTo(most) >= 0) {
            throw new InfrastructureException("after " + most.toSeconds() + " s " + what, null);
        }
    }

    private Look look() {
        Map<Thing, Seen> seen =
                provisioning.look(List.of(queue, workers)).toCompletableFuture().join();
        return new Look(number(seen.get(queue), Attributes.MESSAGES), number(seen.get(workers), Attributes.RUNNING));
    }

    private static int number(Seen seen, String name) {
        return seen instanceof Seen.Present present
                ? Integer.parseInt(present.attributes().getOrDefault(name, "0"))
                : 0;
    }

    private void tell(String now) {
        if (!now.equals(told)) {
            told = now;
            out.println("waiting   " + now);
            out.flush();
        }
    }
}
