package flotilla.scaling;

/**
 * The state of a machine as EC2 tells it.
 *
 * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html">instance lifecycle</a>
 */
public enum InstanceState {
    PENDING,
    RUNNING,
    SHUTTING_DOWN,
    TERMINATED,
    STOPPING,
    STOPPED,
    /** EC2 Auto Scaling ends it, and a lifecycle hook of its group waits for the word that it may. */
    HELD;

    /** Whether the machine can work now or after its boot. */
    public boolean isAlive() {
        return this == PENDING || this == RUNNING;
    }

    /** Whether whatever runs on the machine ends within moments. Not so one that is held until its worker has drained. */
    public boolean isGoingDown() {
        return this == SHUTTING_DOWN || this == STOPPING || this == TERMINATED;
    }
}
