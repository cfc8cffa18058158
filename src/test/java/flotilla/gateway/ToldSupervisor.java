package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.scaling.GatewayTally;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;

/** What a gateway tells the supervisor of its images, again and again. */
final class ToldSupervisor {
    private ToldSupervisor() {}

    /** Waits until so many images are told; fishing would go on for ever, since words never cease. */
    static void await(
            TestProbe<SupervisorCommand> supervisor, long accepted, long unanswered, long overdue, long answered) {
        GatewayTally expected = new GatewayTally(accepted, unanswered, overdue, answered);
        supervisor.awaitAssert(Duration.ofSeconds(20), Duration.ofMillis(1), () -> {
            SupervisorCommand told = supervisor.receiveMessage();
            assertThat(told)
                    .isInstanceOfSatisfying(
                            WorkArrived.class, work -> assertThat(images(work)).isEqualTo(expected));
            return told;
        });
    }

    private static GatewayTally images(WorkArrived work) {
        return new GatewayTally(work.accepted(), work.unanswered(), work.overdue(), work.answered());
    }
}
