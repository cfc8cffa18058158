package flotilla.drill;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a drill does to a system. */
enum Fault {
    /** SIGKILL for a worker process, whatever it does. */
    KILL_WORKER(Kind.KILL, 4),
    /** SIGKILL for a worker that has just fetched an image, at some moment of its work on it. */
    KILL_WORKER_AT_WORK(Kind.KILL, 12),
    /** SIGKILL for a gateway process that does not hold the supervisor's lease. */
    KILL_GATEWAY(Kind.KILL, 4),
    /** SIGKILL for the gateway process that holds the supervisor's lease. */
    KILL_SUPERVISOR(Kind.KILL, 2),
    /** SIGKILL for a gateway whose image was just stored, before it knows: between S3 put and SQS send. */
    KILL_BEFORE_SEND(Kind.FORCED, 3),
    /** SIGKILL for a worker that stores a result, which S3 has then or has not: between result and delete, or before the result. */
    KILL_BEFORE_DELETE(Kind.FORCED, 5),
    /** SIGKILL for the supervisor's gateway as it asks EC2 for instances; EC2 has heard it or not. */
    KILL_IN_LAUNCH(Kind.FORCED, 2),
    /** SIGKILL for the supervisor's gateway as it ends a drained instance; EC2 has heard it or not. */
    KILL_IN_TERMINATE(Kind.FORCED, 2),
    /** SIGSTOP for a worker that has just fetched an image, and SIGCONT. */
    FREEZE_WORKER_AT_WORK(Kind.STANDSTILL, 5),
    /** SIGSTOP for a gateway process, and SIGCONT. */
    FREEZE_GATEWAY(Kind.STANDSTILL, 3),
    /** A gateway and all others in the cluster hear nothing of each other, but for what it sends to workers. */
    DISCONNECT_GATEWAY(Kind.STANDSTILL, 2),
    /** The same for the gateway that holds the supervisor's lease, which it can renew. */
    DISCONNECT_SUPERVISOR(Kind.STANDSTILL, 2),
    /** Nobody in the cluster hears a worker; what gateways send to it arrives. */
    DISCONNECT_WORKER(Kind.STANDSTILL, 3),
    /** SQS and S3 refuse and drop the connections of one worker. */
    DISCONNECT_WORKER_FROM_STORES(Kind.OUTAGE, 3),
    /** SQS refuses and drops connections. */
    SQS_GONE(Kind.OUTAGE, 2),
    /** S3 refuses and drops connections. */
    S3_GONE(Kind.OUTAGE, 2),
    /** Every call to SQS takes two seconds more. */
    SQS_SLOW(Kind.OUTAGE, 1),
    /** Every call to S3 takes two seconds more. */
    S3_SLOW(Kind.OUTAGE, 1),
    /** Every second call to SQS fails. */
    SQS_FAILING(Kind.OUTAGE, 1),
    /** Every second call to S3 fails. */
    S3_FAILING(Kind.OUTAGE, 1);

    /** What a fault is like. */
    enum Kind {
        /** A process dies at whatever moment it is. */
        KILL,
        /** A process dies at a certain moment of a request that it makes. */
        FORCED,
        /** A gateway or a worker is not there for a while: it stands still, or the cluster does not hear it. */
        STANDSTILL,
        /** Queues and buckets are in trouble for a while, for all or for one worker. */
        OUTAGE
    }

    private static final Set<Fault> NEED_ANOTHER_GATEWAY =
            EnumSet.of(KILL_GATEWAY, DISCONNECT_GATEWAY, DISCONNECT_SUPERVISOR);

    private final Kind kind;
    private final int weight;

    Fault(Kind kind, int weight) {
        this.kind = kind;
        this.weight = weight;
    }

    Kind kind() {
        return kind;
    }

    /** Whether a process dies of it. */
    boolean kills() {
        return kind == Kind.KILL || kind == Kind.FORCED;
    }

    /** How often it comes beside the others. */
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

    /** Those that strike at a certain moment of a request. */
    static List<Fault> forced() {
        return Arrays.stream(values())
                .filter(fault -> fault.kind == Kind.FORCED)
                .toList();
    }
}
