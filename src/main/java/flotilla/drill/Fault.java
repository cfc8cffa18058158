package flotilla.drill;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a drill does to a system. */
enum Fault {
    /** SIGKILL for a worker process, whatever it does. */
    KILL_WORKER(true, 8),
    /** SIGKILL for a worker that has just fetched an image, at some moment of its work on it. */
    KILL_WORKER_AT_WORK(true, 24),
    /** SIGKILL for a gateway process that is not the oldest. */
    KILL_GATEWAY(true, 8),
    /** SIGKILL for the oldest gateway process, where the supervisor lives. */
    KILL_SUPERVISOR(true, 8),
    /** SIGKILL for a gateway whose image was just stored, before it knows: between S3 put and SQS send. */
    KILL_BEFORE_SEND(true, 6),
    /** SIGKILL for a worker whose result was just stored, before it knows: between result and delete. */
    KILL_BEFORE_DELETE(true, 10),
    /** SIGKILL for the supervisor's gateway as it asks EC2 for instances; EC2 has heard it or not. */
    KILL_IN_LAUNCH(true, 4),
    /** SIGKILL for the supervisor's gateway as it ends a drained instance; EC2 has heard it or not. */
    KILL_IN_TERMINATE(true, 4),
    /** SIGSTOP for a worker that has just fetched an image, and SIGCONT. */
    FREEZE_WORKER_AT_WORK(false, 10),
    /** SIGSTOP for a gateway process, and SIGCONT. */
    FREEZE_GATEWAY(false, 5),
    /** A gateway's remoting port is cut off from all others. */
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
    S3_FAILING(false, 2);

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
                .filter(fault -> gateways > 1 || fault != KILL_GATEWAY && fault != DISCONNECT_GATEWAY)
                .toList();
    }
}
