package flotilla.app;

import flotilla.config.DrainSettings;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.ScalingSettings;
import flotilla.config.SettingsException;
import flotilla.scaling.AlarmPolicy;
import flotilla.scaling.BacklogPerInstancePolicy;
import flotilla.scaling.BacklogTimePolicy;
import flotilla.scaling.FleetController;
import flotilla.scaling.LogNormal;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.StepPolicy;
import flotilla.scaling.WorkloadModel;
import java.time.Duration;

/** From settings to the supervisor's mind: policies, rules and what is assumed. */
final class ScalingSetup {
    private ScalingSetup() {}

    static FleetController controller(FlotillaSettings settings) {
        ScalingSettings scaling = settings.scaling();
        return new FleetController(
                policy(scaling.policy(), scaling),
                scaling.shadow().stream().map(name -> policy(name, scaling)).toList(),
                rules(settings),
                assumed(scaling.assumed()));
    }

    /** A policy with its own part of the settings. */
    static ScalingPolicy policy(ScalingSettings.Policy name, ScalingSettings scaling) {
        return switch (name) {
            case BACKLOG_TIME -> new BacklogTimePolicy(scaling.slo(), scaling.attainment());
            case MESSAGE_COUNT -> new MessageCountPolicy(scaling.messagesPerInstance());
            case STEP -> new StepPolicy();
            case ALARM -> {
                ScalingSettings.Alarm alarm = scaling.alarm();
                yield new AlarmPolicy(alarm.high(), alarm.low(), alarm.period(), alarm.cooldown(), alarm.adjustment());
            }
            case BACKLOG_PER_INSTANCE -> {
                ScalingSettings.BacklogPerInstance backlog = scaling.backlogPerInstance();
                yield new BacklogPerInstancePolicy(
                        backlog.acceptableLatency(),
                        backlog.processingTime(),
                        backlog.countInFlight(),
                        backlog.activation(),
                        backlog.tolerance(),
                        backlog.stabilization());
            }
        };
    }

    /** @throws SettingsException when workers would count as silent between two of their reports */
    static PlannerRules rules(FlotillaSettings settings) {
        ScalingSettings scaling = settings.scaling();
        if (scaling.silentAfter().compareTo(settings.worker().reportInterval()) <= 0) {
            throw new SettingsException(
                    "flotilla.scaling.silent-after must be longer than flotilla.worker.report-interval, or every worker is silent"
                            + " between two reports; several times as long is right");
        }
        FleetSettings fleet = settings.fleet();
        PlannerRules.Mode mode =
                switch (fleet.mode()) {
                    case LAUNCH -> PlannerRules.Mode.LAUNCH;
                    case START_STOP -> PlannerRules.Mode.START_STOP;
                    case AUTO_SCALING_GROUP -> PlannerRules.Mode.GROUP;
                    case STATIC -> PlannerRules.Mode.BY_HAND;
                };
        PlannerRules.DrainChannel drains = settings.drain().channel() == DrainSettings.Channel.QUEUES
                ? PlannerRules.DrainChannel.QUEUES
                : PlannerRules.DrainChannel.CLUSTER;
        return new PlannerRules(
                new ScalingLimits(
                        scaling.minInstances(),
                        scaling.maxInstances(),
                        scaling.silentAfter(),
                        ScalingLimits.deadAfter(
                                settings.worker().selfFence(), settings.queue().receiveWait()),
                        scaling.bootAllowance()),
                CronMinimums.of(scaling.schedule()),
                new PlannerRules.Steps(
                        unlimited(scaling.steps().out()),
                        unlimited(scaling.steps().in()),
                        scaling.steps().outPaused(),
                        scaling.steps().inPaused()),
                new PlannerRules.Shape(
                        mode,
                        drains,
                        fleet.warmPool().size(),
                        fleet.warmPool().state() == FleetSettings.WarmPool.State.STOPPED,
                        fleet.replaceAtRisk()),
                new PlannerRules.BootRule(
                        scaling.replacements().inARow(), scaling.replacements().hold()),
                scaling.interval(),
                scaling.orphanGrace(),
                scaling.settle(),
                false);
    }

    static WorkloadModel.Assumed assumed(ScalingSettings.Assumed assumed) {
        return new WorkloadModel.Assumed(
                assumed.serviceTime(),
                LogNormal.ofMedianAndP90(seconds(assumed.bootMedian()), seconds(assumed.bootP90())));
    }

    private static int unlimited(int step) {
        return step == 0 ? Integer.MAX_VALUE : step;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
