package flotilla.drill;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a drill does to a system. */
enum Fault {
    /** SIGKILL for a worker process, whatever it does. */
    KILL_WORKER(true, 8),
    /** SIGKILL for a worker that has just fetched an image, at some moment of its work on it. */
    KILL_WORKER_AT_WORK(true, 24),
    /** SIGKILL for a gateway process that does not hold the supervisor's lease. */
    KILL_GATEWAY(true, 8),
    /** SIGKILL for the gateway process that holds the supervisor's lease. */
    KILL_SUPERVISOR(true, 8),
    /** SIGKILL for a gateway whose image was just stored, before it knows: between S3 put and SQS send. */
    KILL_BEFORE_SEND(true, 6),
    /** SIGKILL for a worker that stores a result, which S3 has then or has not: between result and delete, or before the result. */
    KILL_BEFORE_DELETE(true, 10),
    /** SIGKILL for the supervisor's gateway as it asks EC2 for instances; EC2 has heard it or not. */
    KILL_IN_LAUNCH(true, 4),
    /** SIGKILL for the supervisor's gateway as it ends a drained instance; EC2 has heard it or not. */
    KILL_IN_TERMINATE(true, 4),
    /** SIGSTOP for a worker that has just fetched an image, and SIGCONT. */
    FREEZE_WORKER_AT_WORK(false, 10),
    /** SIGSTOP for a gateway process, and SIGCONT. */
    FREEZE_GATEWAY(false, 5),
    /** A gateway and all others in the cluster hear nothing of each other, but for what it sends to workers. */
    DISCONNECT_GATEWAY(false, 4),
    /** SQS refuses and drops connections. */
    SQS_GONE(false, 3),
    /** S3 refuses and drops connections. */
    S3_GONE(false, 3),
    /** Every call to SQS takes two seconds more. */
    SQS_SLOW(false, 2),
    /** Every call to S3 takes two seconds more. */
    S3_SLOW(false, 2),
    /** Every second call to SQS fails. */
    SQS_FAILING(false, 2),
    /** Every second call to S3 fails. */
    S3_FAILING(false, 2),
    /** The same for the gateway that holds the supervisor's lease, which it can renew. */
    DISCONNECT_SUPERVISOR(false, 4),
    /** Nobody in the cluster hears a worker; what gateways send to it arrives. */
    DISCONNECT_WORKER(false, 5),
    /** SQS and S3 refuse and drop the connections of one worker. */
    DISCONNECT_WORKER_FROM_STORES(false, 5);

    /** Came later than the others, and are drawn by themselves: a seed has the others in the order that it always had. */
    static final Set<Fault> ADDED = EnumSet.of(DISCONNECT_SUPERVISOR, DISCONNECT_WORKER, DISCONNECT_WORKER_FROM_STORES);

    private static final Set<Fault> NEED_ANOTHER_GATEWAY =
            EnumSet.of(KILL_GATEWAY, DISCONNECT_GATEWAY, DISCONNECT_SUPERVISOR);

    private final boolean kills;
    private final int weight;

    Fault(boolean kills, int weight) {
        this.kills = kills;
        this.weight = weight;
    }

    /** Whether a process dies of it. */
    boolean kills() {
        return kills;
    }

    /** How often it is drawn beside the others. */
    int weight() {
        return weight;
    }

    /** Its name as people read it, such as {@code kill-worker}. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All that need no other gateway. */
    static List<Fault> possible(int gateways) {
        return Arrays.stream(values())
                .filter(fault -> gateways > 1 || !NEED_ANOTHER_GATEWAY.contains(fault))
                .toList();
    }
}
