package flotilla.scaling;

/** What a policy remembers from one decision to the next. It goes in and comes out; a policy keeps nothing itself. */
public sealed interface PolicyState {
    /** Nothing is remembered. */
    record None() implements PolicyState {}

    /** The state of a policy that has decided nothing yet. */
    static PolicyState initial() {
        return new None();
    }
}
