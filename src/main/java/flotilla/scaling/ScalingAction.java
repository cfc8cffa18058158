package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One thing to do. Each action is safe to repeat. */
public sealed interface ScalingAction {
    /** The name in logs and in the HTTP interface. */
    String kind();

    /** The app-tier id concerned, when it is known. */
    default Optional<AppTierId> appTierId() {
        return Optional.empty();
    }

    /** The instance concerned, when there is one already. */
    default Optional<InstanceId> instance() {
        return Optional.empty();
    }

    /** What makes it safe or necessary, in a word; empty where the decision's reason says it all. */
    default String why() {
        return "";
    }

    /** An action on one known instance. */
    sealed interface OnInstance extends ScalingAction {
        InstanceId id();

        Optional<AppTierId> tier();

        @Override
        default Optional<InstanceId> instance() {
            return Optional.of(id());
        }

        @Override
        default Optional<AppTierId> appTierId() {
            return tier();
        }
    }

    /**
     * Launch an instance.
     *
     * @param tier its app-tier id
     * @param generation the same for all launches of this id that may be one and the same, whoever sends them; a launch whose
     *     outcome is unknown is repeated with the same one
     * @param spare whether it is to be kept ready, whatever the decision's reason says of the others
     */
    record Launch(AppTierId tier, long generation, boolean spare) implements ScalingAction {
        /** Of an instance that is wanted for the decision's reason. */
        public Launch(AppTierId tier, long generation) {
            this(tier, generation, false);
        }

        @Override
        public String kind() {
            return "launch";
        }

        @Override
        public String why() {
            return spare ? "spare" : "";
        }

        @Override
        public Optional<AppTierId> appTierId() {
            return Optional.of(tier);
        }
    }

    /** Start a stopped instance. */
    record Start(InstanceId id, Optional<AppTierId> tier) implements OnInstance {
        @Override
        public String kind() {
            return "start";
        }
    }

    /**
     * Set the desired capacity of the Auto Scaling group, upwards only.
     *
     * @param added how many machines the group is to launch for that; those that it replaces by itself are not among them
     */
    record SetGroupCapacity(int capacity, int added) implements ScalingAction {
        @Override
        public String kind() {
            return "set-capacity";
        }

        @Override
        public String why() {
            return Integer.toString(capacity);
        }
    }

    /** Put an app-tier id on an instance that has none, or that shares one with an older instance. */
    record AssignId(InstanceId id, Optional<AppTierId> tier, Why reason) implements OnInstance {
        /** Why it needs one. */
        public enum Why {
            UNTAGGED,
            DUPLICATE
        }

        @Override
        public String kind() {
            return "assign-id";
        }

        @Override
        public String why() {
            return text(reason);
        }
    }

    /** Ask a worker to end: it receives nothing more, finishes what is in hand and says that it is drained. */
    record Drain(InstanceId id, Optional<AppTierId> tier, long epoch) implements OnInstance {
        @Override
        public String kind() {
            return "drain";
        }
    }

    /** Take back a drain that is not finished. */
    record CancelDrain(InstanceId id, Optional<AppTierId> tier, long epoch) implements OnInstance {
        @Override
        public String kind() {
            return "cancel-drain";
        }
    }

    /** Put terminate requests into their queue: as many workers as there are tokens are to end, whichever they are. */
    record RequestDrains(List<Long> tokens) implements ScalingAction {
        public RequestDrains {
            tokens = List.copyOf(tokens);
        }

        @Override
        public String kind() {
            return "request-drain";
        }

        @Override
        public String why() {
            return Integer.toString(tokens.size());
        }
    }

    /**
     * Take terminate requests out of their queue again.
     *
     * @param count how many, exactly; {@link #ALL} for whatever there is
     */
    record CancelRequests(int count) implements ScalingAction {
        public static final int ALL = Integer.MAX_VALUE;

        @Override
        public String kind() {
            return "cancel-request";
        }

        @Override
        public String why() {
            return count == ALL ? "all" : Integer.toString(count);
        }
    }

    /**
     * Terminate an instance.
     *
     * @param replaced whether its Auto Scaling group puts another one in its place; otherwise the group's desired capacity falls by
     *     one with it
     */
    record Terminate(InstanceId id, Optional<AppTierId> tier, EndReason reason, boolean replaced)
            implements OnInstance {
        /** Of an instance that nobody replaces by itself. */
        public Terminate(InstanceId id, Optional<AppTierId> tier, EndReason reason) {
            this(id, tier, reason, false);
        }

        /** The same of an instance that its group replaces. */
        Terminate withReplacement() {
            return new Terminate(id, tier, reason, true);
        }

        @Override
        public String kind() {
            return "terminate";
        }

        @Override
        public String why() {
            return text(reason);
        }
    }

    /** Stop an instance that can be started again. */
    record Stop(InstanceId id, Optional<AppTierId> tier, EndReason reason) implements OnInstance {
        @Override
        public String kind() {
            return "stop";
        }

        @Override
        public String why() {
            return text(reason);
        }
    }

    /** Why an instance may be ended. */
    enum EndReason {
        /** Its worker confirmed that it has nothing in hand. */
        DRAINED,
        /** Its worker was silent for so long that it has fenced itself. */
        SILENT,
        /** It did not report within its boot allowance. */
        NEVER_REPORTED,
        /** Its worker is drained, and EC2 does not describe it as ours. */
        ORPHAN
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
