package flotilla.app;

import flotilla.aws.imds.Ec2Notices;
import flotilla.config.FlotillaSettings;
import flotilla.worker.MachineWatch;
import flotilla.worker.Worker;
import flotilla.worker.WorkerIdentity;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/** A worker's ear for what EC2 has to say of its machine; there is none where no metadata service told who the worker is. */
final class NoticeWatch implements AutoCloseable {
    private final Ec2Notices notices;

    private NoticeWatch(Ec2Notices notices) {
        this.notices = notices;
    }

    /** Listens from now on, and ends with the worker's system. */
    static Optional<NoticeWatch> start(
            FlotillaSettings settings, WorkerIdentity identity, ActorSystem<Worker.Command> worker) {
        if (identity.instance().isEmpty() || settings.worker().noticeInterval().isZero()) {
            return Optional.empty();
        }
        Ec2Notices notices = Ec2Notices.open(settings.worker().metadataEndpoint());
        worker.systemActorOf(
                MachineWatch.create(
                        notices, settings.worker().noticeInterval(), Clock.systemUTC(), new SecureRandom(), worker),
                "machine-watch",
                Props.empty());
        return Optional.of(new NoticeWatch(notices));
    }

    @Override
    public void close() {
        notices.close();
    }
}
