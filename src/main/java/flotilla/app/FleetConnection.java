package flotilla.app;

import flotilla.aws.AwsClients;
import flotilla.aws.autoscaling.AutoScalingFleet;
import flotilla.aws.ec2.Ec2InstanceFleet;
import flotilla.config.FleetSettings;
import flotilla.config.FlotillaSettings;
import flotilla.supervisor.InstanceFleet;
import flotilla.supervisor.InstanceFleet.Described;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the supervisor reaches its machines, by {@code flotilla.fleet.mode}. */
final class FleetConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FleetConnection.class);

    private final Ec2InstanceFleet ec2;
    private final Optional<AutoScalingFleet> group;
    private volatile boolean closed;

    private FleetConnection(Ec2InstanceFleet ec2, Optional<AutoScalingFleet> group) {
        this.ec2 = ec2;
        this.group = group;
    }

    /**
     * Connects; empty when workers are started by hand. An Auto Scaling group that cannot be read is told now, and not only at the
     * first decision; it stops nobody, for a gateway serves uploads without it, and decisions are holds until it can be.
     *
     * @param beforeActs run before each request that does more than describe; what it throws fails the call
     * @throws flotilla.config.SettingsException when it is not told what to launch
     */
    static Optional<FleetConnection> open(AwsClients clients, FlotillaSettings settings, Runnable beforeActs) {
        FleetSettings fleet = settings.fleet();
        if (fleet.mode() == FleetSettings.Mode.STATIC) {
            return Optional.empty();
        }
        Ec2InstanceFleet ec2 =
                Ec2InstanceFleet.connect(clients, fleet, settings.cluster().name(), Clock.systemUTC(), beforeActs);
        FleetConnection connection = new FleetConnection(
                ec2,
                Optional.of(fleet)
                        .filter(one -> one.mode() == FleetSettings.Mode.AUTO_SCALING_GROUP)
                        .flatMap(FleetSettings::autoScalingGroup)
                        .map(name -> AutoScalingFleet.connect(
                                clients, ec2, name, fleet.lifecycleHook(), Clock.systemUTC(), beforeActs)));
        connection.group.ifPresent(one -> one.look().whenComplete((found, failure) -> {
            if (failure != null && !connection.closed) {
                LOG.warn(
                        "nothing is scaled until the Auto Scaling group can be read: {}",
                        Processes.unwrapped(failure).getMessage());
            }
        }));
        return Optional.of(connection);
    }

    InstanceFleet fleet() {
        return group.<InstanceFleet>map(one -> one).orElse(ec2);
    }

    /** The machines; changes nothing, for a dry run. */
    CompletionStage<Described> look() {
        return group.map(AutoScalingFleet::look).orElseGet(ec2::describe);
    }

    @Override
    public void close() {
        closed = true;
        group.ifPresent(AutoScalingFleet::close);
        ec2.close();
    }
}
