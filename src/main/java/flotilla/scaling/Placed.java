package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.FleetMemory.DrainIntent;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** An instance and what it is to the planner. */
record Placed(InstanceView view, Standing standing) {
    /** What an instance is to the planner. */
    enum Standing {
        /** Terminated: its app-tier id is free again. */
        GONE,
        /** Shutting down or stopping, or held by a lifecycle hook until its worker is drained. */
        ENDING,
        /** Stopped: it can be started. */
        SPARE,
        /** Has not reported yet. */
        BOOTING,
        WORKING,
        DRAINING,
        /** Said so itself, in a report or in the terminate-confirm queue. */
        DRAINED,
        /** Not heard of for a while: no capacity, but maybe at work. */
        SILENT,
        /** Proven dead. */
        DEAD,
        /** Ends by its own decision, or because EC2 takes its machine back. */
        LEAVING
    }

    /** The least that EC2 charges for a start. */
    private static final Duration PAID_AT_LEAST = Duration.ofSeconds(60);

    InstanceId id() {
        return view.instance().id();
    }

    Optional<AppTierId> appTierId() {
        return view.instance().appTierId();
    }

    boolean is(Standing one) {
        return standing == one;
    }

    /** Whether it takes up a place under the maximum. */
    boolean isLiving() {
        return standing != Standing.GONE && standing != Standing.ENDING && standing != Standing.SPARE;
    }

    int inHand() {
        return view.worker().map(WorkerView::inHand).orElse(0);
    }

    /** What EC2 has told the machine, by its worker's last report. */
    MachineOutlook outlook() {
        return view.worker().map(WorkerView::outlook).orElse(MachineOutlook.STAYS);
    }

    /** At work, and EC2 recommends another machine. */
    boolean isAtRisk() {
        return standing == Standing.WORKING && outlook().atRisk();
    }

    /**
     * When it will count as silent if nothing more is heard; empty for one whose silence would change nothing. At that moment its
     * silence is as long as it may be, and any later it is longer.
     */
    Optional<Instant> silentFrom(ScalingLimits limits) {
        boolean counts = standing == Standing.WORKING || standing == Standing.DRAINING;
        return counts ? Optional.of(view.lastSign().plus(limits.silentAfter())) : Optional.empty();
    }

    /** Its worker has reported, and not lately. */
    boolean hasFallenSilent() {
        return standing == Standing.SILENT && view.worker().isPresent();
    }

    /** Its name for people. */
    String name() {
        return id() + appTierId().map(tier -> " (app-tier id " + tier + ")").orElse("");
    }

    /**
     * The emptiest first; of equal ones those whose first minute, which is paid in any case, is over; then the highest
     * app-tier id, so that low ids stay.
     *
     * @see <a href="https://aws.amazon.com/ec2/pricing/on-demand/">EC2 charges by the second, with a minimum of 60 s</a>
     */
    static Comparator<Placed> easiestToLose(Instant now) {
        return Comparator.comparingInt(Placed::inHand)
                .thenComparing(placed -> Duration.between(placed.view.instance().launchedAt(), now)
                                .compareTo(PAID_AT_LEAST)
                        < 0)
                .thenComparing(
                        placed -> placed.appTierId().map(AppTierId::value).orElse(Integer.MAX_VALUE),
                        Comparator.reverseOrder())
                .thenComparing(Placed::id);
    }

    /**
     * Places an instance.
     *
     * @param intents what each instance was last asked
     */
    static Placed of(InstanceView view, Map<InstanceId, DrainIntent> intents, ScalingLimits limits, Instant now) {
        return new Placed(view, standing(view, intents.get(view.instance().id()), limits, now));
    }

    private static Standing standing(InstanceView view, DrainIntent intent, ScalingLimits limits, Instant now) {
        Instance instance = view.instance();
        switch (instance.state()) {
            case TERMINATED:
                return Standing.GONE;
            case STOPPED:
                return Standing.SPARE;
            case SHUTTING_DOWN, STOPPING:
                return Standing.ENDING;
            default:
                break;
        }
        if (intent != null && intent.confirmed()) {
            return Standing.DRAINED;
        }
        Duration silence = Duration.between(view.lastSign(), now);
        if (instance.state() == InstanceState.HELD) {
            return held(view, silence, limits);
        }
        if (view.worker().isEmpty()) {
            return neverReported(instance, silence, limits, now);
        }
        Activity activity = view.worker().get().activity();
        if (activity == Activity.DRAINED) {
            return Standing.DRAINED;
        }
        if (silence.compareTo(limits.deadAfter()) > 0) {
            return Standing.DEAD;
        }
        if (silence.compareTo(limits.silentAfter()) > 0) {
            return Standing.SILENT;
        }
        boolean takenBack =
                activity == Activity.WORKING && view.worker().get().outlook().ends();
        if (activity == Activity.LEAVING || takenBack) {
            return Standing.LEAVING;
        }
        return intent != null && !intent.cancelled() ? Standing.DRAINING : Standing.WORKING;
    }

    /** The group ends it in any case; it only waits for its worker. One that has no worker yet is left to the hook's own time. */
    private static Standing held(InstanceView view, Duration silence, ScalingLimits limits) {
        if (view.worker().isEmpty()) {
            return Standing.ENDING;
        }
        if (view.worker().get().activity() == Activity.DRAINED) {
            return Standing.DRAINED;
        }
        return silence.compareTo(limits.deadAfter()) > 0 ? Standing.DEAD : Standing.ENDING;
    }

    /** Whether its group ends it and waits for its worker. */
    boolean isHeld() {
        return view.instance().state() == InstanceState.HELD;
    }

    /** Whether its group ends it and waits, and its worker was not asked to drain yet. */
    boolean isHeldAtWork(Map<InstanceId, DrainIntent> intents) {
        DrainIntent intent = intents.get(id());
        boolean asked = intent != null && !intent.cancelled();
        boolean works = view.worker()
                .filter(worker -> worker.activity() == Activity.WORKING)
                .isPresent();
        return isHeld() && works && !asked;
    }

    /** Why it is {@link Standing#DEAD}, with the times that prove it. */
    String proofOfDeath(ScalingLimits limits) {
        Instance instance = view.instance();
        String name = name();
        String fenced = limits.deadAfter().toSeconds() + " s";
        if (view.worker().isPresent()) {
            return "worker on " + name + " is silent since " + view.lastSign() + ", longer than the " + fenced
                    + " after which it has stopped by itself";
        }
        String known = view.firstSeen().isAfter(instance.launchedAt()) ? " and known since " + view.firstSeen() : "";
        return "instance " + name + " launched at " + instance.launchedAt() + known
                + " has never reported: not within its boot allowance of "
                + limits.bootAllowance().toSeconds() + " s, nor in the " + fenced
                + " more after which a worker that nobody hears has stopped by itself";
    }

    /** One that came up at the last moment, and that we cannot hear, works until its fence. */
    private static Standing neverReported(Instance instance, Duration silence, ScalingLimits limits, Instant now) {
        Duration over = Duration.between(instance.launchedAt(), now).minus(limits.bootAllowance());
        if (over.compareTo(limits.deadAfter()) > 0 && silence.compareTo(limits.deadAfter()) > 0) {
            return Standing.DEAD;
        }
        // A new supervisor has not heard from anybody yet.
        boolean late = over.compareTo(Duration.ZERO) > 0 && silence.compareTo(limits.silentAfter()) > 0;
        return late ? Standing.SILENT : Standing.BOOTING;
    }
}
