package flotilla.provision;

import java.util.Set;

/** Names of attributes on which the plan and the adapters agree. Those of queues without a word here are SQS's own. */
public final class Attributes {
    /** SQS's: seconds of a lease on a received message. */
    public static final String LEASE = "VisibilityTimeout";
    /** SQS's: seconds of a long poll. */
    public static final String LONG_POLL = "ReceiveMessageWaitTimeSeconds";
    /** SQS's: seconds for which a message is kept. */
    public static final String RETENTION = "MessageRetentionPeriod";
    /** SQS's: {@code true} when messages are encrypted at rest, with whatever key. */
    public static final String QUEUE_ENCRYPTION = "SqsManagedSseEnabled";
    /** The name of the queue that takes what was delivered too often; empty for none. */
    public static final String DEAD_LETTERS_TO = "deadLettersTo";
    /** Deliveries after which it takes it. */
    public static final String MAX_RECEIVES = "maxReceiveCount";
    /** How many messages a queue holds, with those in flight and delayed. */
    public static final String MESSAGES = "messages";

    /** {@code blocked} or {@code possible}. */
    public static final String PUBLIC_ACCESS = "publicAccess";
    /** Of a bucket or a disk: {@code on} or {@code off}. */
    public static final String ENCRYPTION = "encryption";
    /** Days after which objects expire; 0 for never. */
    public static final String EXPIRE_AFTER_DAYS = "expireAfterDays";
    /** Days after which an upload in parts that was not ended is dropped; 0 for never. */
    public static final String DROP_UPLOADS_AFTER_DAYS = "dropUploadsAfterDays";
    /** Of a bucket's expiry: the beginning of the keys that it is for; empty for all, not told where there is no expiry. */
    public static final String EXPIRY_PREFIX = "expiryPrefix";
    /** Of a bucket without our tag: {@link #OURS} or {@code another account}; not told where nobody may look. */
    public static final String OWNER = "owner";
    /** {@link #NONE} or {@code objects}. */
    public static final String CONTENTS = "contents";

    public static final String IMAGE = "imageId";
    public static final String TYPE = "instanceType";
    public static final String KEY = "keyName";
    public static final String PROFILE = "instanceProfile";
    /** Ids in their order, with commas. */
    public static final String SECURITY_GROUPS = "securityGroups";
    /** {@code sessions} when instance metadata wants one (IMDSv2 only), else {@code open}. */
    public static final String METADATA = "metadata";

    /** How many instances of the set there are. */
    public static final String COUNT = "instances";
    /** How many of the set were launched and not stopped yet, since that run was interrupted. */
    public static final String UNFINISHED = "unfinished";
    /** How many of the set know other gateways than there are. Not told while nobody can say where gateways will be. */
    public static final String OUTDATED = "outdated";
    /** How many of the cluster's workers run, or are about to, or are not stopped yet. */
    public static final String RUNNING = "running";
    /** How many of them are stopped. */
    public static final String STOPPED = "stopped";
    /** Which address an instance has in its own network. */
    public static final String ADDRESS = "address";
    /** {@code true} for an instance that is on its way out, and has no address any more; not told of others. */
    public static final String ENDING = "ending";

    public static final String BLOCKED = "blocked";
    public static final String POSSIBLE = "possible";
    public static final String ON = "on";
    public static final String OFF = "off";
    public static final String NONE = "none";
    public static final String OBJECTS = "objects";
    public static final String SESSIONS = "sessions";
    public static final String OPEN = "open";
    public static final String OURS = "this account";
    public static final String OTHERS = "another account";

    /** Those that only something which is there can have. */
    static final Set<String> OF_WHAT_IS_THERE = Set.of(UNFINISHED, OUTDATED);
    /** Those of a bucket that others notice who have objects in it. */
    static final Set<String> OF_THE_WHOLE_BUCKET = Set.of(PUBLIC_ACCESS, ENCRYPTION);
    /** Those of a bucket's expiry, which others notice where it is for all keys. */
    static final Set<String> OF_ITS_EXPIRY = Set.of(EXPIRE_AFTER_DAYS, DROP_UPLOADS_AFTER_DAYS, EXPIRY_PREFIX);

    private Attributes() {}
}
