package flotilla.scaling.chaos;

/** What goes wrong in a {@link World}. */
enum Fault {
    // Of processes and machines
    WORKER_CRASH("a worker's process crashes"),
    WORKER_LEAVES("a worker's process is told to leave"),
    WORKER_NOT_STARTED_AGAIN("a worker's process is not started again"),
    WORKER_FREEZE("a worker freezes"),
    WORKER_CUT("a worker is cut off from the cluster, one way or both"),
    MACHINE_BREAKS("a machine ends unasked"),
    BOOT_FAILS("a machine never has a worker"),
    SUPERVISOR_REPLACED("the supervisor is replaced"),
    SUPERVISOR_REPLACED_AFTER_ACTING("the supervisor is replaced when it has acted and not heard of it"),
    SUPERVISOR_SLEEPS("the supervisor sleeps"),
    // Of services
    CALL_UNHEARD("a call to EC2 happens and is not answered"),
    CALL_LOST("a call to EC2 is lost"),
    CALL_REFUSED("EC2 refuses a call"),
    NOT_DESCRIBED("EC2 does not describe its machines"),
    NO_DEPTH("SQS does not tell a depth"),
    REQUESTS_NOT_SENT("terminate requests are perhaps not sent"),
    REQUESTS_NOT_CANCELLED("terminate requests are not taken back"),
    CONFIRMATIONS_NOT_READ("drain confirmations are not read"),
    REQUEST_TWICE("a terminate request is delivered twice"),
    REQUEST_NOT_DELETED("a terminate request is not deleted"),
    CONFIRMATION_TWICE("a drain confirmation comes twice"),
    // Of people
    TAG_CHANGED("somebody changes a tag"),
    // Of messages
    MESSAGE_LOST("a message is lost"),
    MESSAGE_DOUBLED("a message comes twice"),
    MESSAGE_LATE("a message comes up to " + Plot.LATEST_MESSAGE + " s late");

    private final String words;

    Fault(String words) {
        this.words = words;
    }

    /** Whether it is one of single messages, of which there are very many. */
    boolean isOfMessages() {
        return compareTo(MESSAGE_LOST) >= 0;
    }

    @Override
    public String toString() {
        return words;
    }
}
