package flotilla.scaling;

/**
 * What a policy remembers from one decision to the next. It goes in and comes out; a policy keeps nothing itself. A policy
 * that is handed another's state, as after its name was changed, begins anew.
 */
public interface PolicyState {
    /** Nothing is remembered. */
    record None() implements PolicyState {}

    /** The state of a policy that remembers nothing. */
    static PolicyState none() {
        return new None();
    }
}
