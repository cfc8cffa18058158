package flotilla.provision;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** One line of a plan. */
public sealed interface Step {
    Thing thing();

    /** An attribute that is not as it shall be. */
    record Difference(String from, String to) {}

    /** It is not there and will be made. */
    record Create(Wanted wanted) implements Step {
        @Override
        public Thing thing() {
            return wanted.thing();
        }
    }

    /**
     * It is there and will be changed.
     *
     * @param differences by attribute; empty when only the tag is missing
     * @param adopted whether it gets our tag now
     * @param shared whether others may have something in it, who notice the change
     */
    record Change(Wanted wanted, SortedMap<String, Difference> differences, boolean adopted, boolean shared)
            implements Step {
        public Change {
            differences = Collections.unmodifiableSortedMap(new TreeMap<>(differences));
        }

        /** Of what is ours alone. */
        public Change(Wanted wanted, SortedMap<String, Difference> differences, boolean adopted) {
            this(wanted, differences, adopted, false);
        }

        @Override
        public Thing thing() {
            return wanted.thing();
        }
    }

    /**
     * It is as it shall be.
     *
     * @param untold attributes of which the service says nothing, {@code tags} among them
     */
    record InOrder(Thing thing, List<String> untold) implements Step {
        public InOrder {
            untold = List.copyOf(untold);
        }
    }

    /** It will be removed. */
    record Remove(Thing thing, String what) implements Step {}

    /** It stays, though everything else goes. */
    record Keep(Thing thing, String why) implements Step {}

    /** Nothing may be done before somebody has seen to this. */
    record Refuse(Thing thing, String why) implements Step {}

    /** Whether it changes the account. */
    default boolean acts() {
        return this instanceof Create || this instanceof Change || this instanceof Remove;
    }
}
