package flotilla.cost;

import flotilla.scaling.InstanceState;

/**
 * Time of instances of one kind in one state.
 *
 * @param type such as {@code c7i.large}; empty text when it is not known
 * @param seconds summed over the instances
 */
public record InstanceTime(String type, boolean spot, InstanceState state, double seconds) {
    /**
     * Whether EC2 charges for it: an instance costs from the moment in which it runs until it begins to shut down.
     *
     * @see <a href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html">instance lifecycle</a>
     */
    public boolean billed() {
        return state == InstanceState.RUNNING || state == InstanceState.HELD;
    }
}
